// The official client of MCP lists and calls every tool of one connector: node client.mjs URL TOKEN ACCOUNT
// Prints {"tools": {name: inputSchema}, "called": {name: {"isError", "told"}}, "stranger": "..."} and ends with 0.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url, token, account] = process.argv.slice(2);
// What each argument may be, by its name. The grant is forged: whoever shows it must be turned away.
const SAMPLES = {
  account, accounts: [account], before: 0, after: 0, container: "17900000009999999", stage: "17900000009999999.seal",
  ids: ["17900000009999999"], comment: "17900000009999999",
  grant: "a.forged.grant", idempotency_key: "foreign",
  payload: { platform: "any", account_handle: account, text: "From afar.", media: [], ai_generated: true },
};

async function connected(bearer) {
  const client = new Client({ name: "foreign-client", version: "1.0.0" });
  const headers = { Authorization: `Bearer ${bearer}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return client;
}

// What a tool that acts is given: its own act, so that only the grant can be what is wrong.
function sample(tool, name) {
  const act = { delete_post: "delete", hide_comment: "hide" }[tool];
  if (name !== "payload" || act === undefined) return SAMPLES[name];
  return { ...SAMPLES.payload, action: act, comment: SAMPLES.comment, post: SAMPLES.comment };
}

const client = await connected(token);
const { tools } = await client.listTools();
const called = {};
for (const tool of tools) {
  const wanted = Object.keys(tool.inputSchema.properties ?? {});
  const unknown = wanted.filter((name) => !(name in SAMPLES));
  if (unknown.length) throw new Error(`${tool.name} asks for ${unknown}; say in client.mjs what that may be`);
  const result = await client.callTool({
    name: tool.name, arguments: Object.fromEntries(wanted.map((name) => [name, sample(tool.name, name)])),
  });
  called[tool.name] = { isError: result.isError === true, told: result.content.map((one) => one.text ?? "").join(" ") };
}
await client.close();
let stranger = "was let in";
try {
  await (await connected("another token")).close();
} catch (error) {
  stranger = String(error.message ?? error).slice(0, 200);
}
const schemas = Object.fromEntries(tools.map((tool) => [tool.name, tool.inputSchema]));
console.log(JSON.stringify({ tools: schemas, called, stranger }));
