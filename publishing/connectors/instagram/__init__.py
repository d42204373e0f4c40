"""Instagram: a client on our side, and an MCP server that alone holds the tokens of its accounts.

What is done, what is not and why, with its limits and errors, stands in docs/platforms/instagram.md; the simulator of
the same API is `publishing.simulators.instagram`. Requirements: PUB-1, PUB-2, PUB-3, PUB-4, MCP-1.
"""

VISIBLE_LABEL = "🤖 AI"  # what people read in a reply, which has no field for the label
