// The reviewer's hands: a key for each, the next card before it is needed, who holds this one, the way back.
// Each hand is a form and the next card a link, so that deciding works without this file too.

const desk = document.getElementById("desk");
const place = document.getElementById("desk-card");
const words = document.getElementById("desk-words");
const alertLine = document.getElementById("desk-alert");
const undoButton = document.getElementById("desk-undo");
const left = document.getElementById("desk-left");
const help = document.getElementById("desk-help");
const keysOn = document.getElementById("desk-keys-on");
const KEYS = "chimera-desk-keys";

let ahead = null; // the next card as text, before anybody asks for it; nobody's claim
let fetching = null; // its number counts up, so that a late answer for a former card is dropped
let asked = 0;
let isBusy = false;
let beat = 0;
let before = []; // addresses of the cards shown before this one
const undos = []; // what can still be taken back, newest last: {url, ends}
let pressedAt = 0;

const card = () => place.querySelector("[data-card]");
const typing = (one) => one.closest("textarea, select, input:not([type=radio]):not([type=checkbox])") !== null;
const open = () => place.querySelector("details.desk-hand[open]");

async function ask(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true", Accept: "application/json" }, ...options });
  if (answer.redirected) { throw new Error("signed out"); } // what was written stays on the page
  return answer;
}

function fields(more = {}) {
  const found = new FormData(document.getElementById("desk-token"));
  for (const [name, value] of Object.entries({ queue: desk.dataset.queue, ...more })) { found.set(name, value); }
  return found;
}

// What is said

function say(text, undo) {
  words.textContent = text;
  if (undo) { undos.push({ url: undo.url, ends: performance.now() + undo.seconds * 1000 }); }
  count();
}

function complain(text) {
  alertLine.textContent = text;
  alertLine.hidden = !text;
}

function count() {
  while (undos.length && undos[undos.length - 1].ends <= performance.now()) { undos.pop(); }
  const last = undos[undos.length - 1];
  if (!last && document.activeElement === undoButton) { place.querySelector("h1").focus(); }
  undoButton.hidden = !last;
  left.textContent = last ? `${Math.ceil((last.ends - performance.now()) / 1000)} s` : "";
}

// Showing

function parsed(html) {
  const made = document.createElement("template");
  made.innerHTML = html; // ours: the page's own template, with all outside text escaped in it
  return made.content;
}

function show(html, { keep = true } = {}) {
  const former = card();
  if (former && keep) { before.push(former.dataset.url); }
  place.replaceChildren(parsed(html));
  const now = card();
  const title = place.querySelector("h1");
  history.replaceState(null, "", now ? now.dataset.url + queueQuery() : desk.dataset.next.replace("next/", "") + queueQuery());
  document.title = `${title.textContent} | Chimera`;
  window.scrollTo(0, 0);
  const first = open() && open().querySelector("textarea, [data-first]");
  (first || title).focus({ preventScroll: true });
  if (pressedAt) {
    const since = pressedAt;
    pressedAt = 0;
    requestAnimationFrame(() => setTimeout(() => performance.measure("desk: key to card", { start: since, end: performance.now() })));
  }
  dress();
}

const queueQuery = () => (desk.dataset.queue ? `?queue=${encodeURIComponent(desk.dataset.queue)}` : "");

function dress() {
  for (const back of place.querySelectorAll("[data-turn=k]")) { back.hidden = before.length === 0; }
  clearInterval(beat);
  prefetch();
  const line = place.querySelector("[data-taken]");
  if (line && !line.hidden) { taken({ said: line.textContent, may_decide: false, is_mine: false }); }
  if (card()?.dataset.status === "PENDING" && place.querySelector(".desk-hands")) {
    hold();
    beat = setInterval(hold, desk.dataset.beatS * 1000);
  }
}

function prefetch() {
  ahead = null;
  delete desk.dataset.ahead;
  const mine = ++asked;
  const now = card();
  if (!now) { return; }
  const url = `${desk.dataset.next}?after=${now.dataset.card}&queue=${encodeURIComponent(desk.dataset.queue)}`;
  fetching = ask(url).then(async (answer) => {
    const html = answer.ok && answer.status === 200 ? await answer.text() : "";
    if (mine !== asked) { return; }
    const found = parsed(html);
    const next = found.querySelector("[data-card]");
    desk.dataset.ahead = next?.dataset.card ?? "none";
    if (!next) { return; }
    ahead = { id: next.dataset.card, version: next.dataset.version, html };
    for (const image of found.querySelectorAll("img")) { new Image().src = image.src; }
  }).catch(() => {});
}

// Who holds it

async function hold() {
  const now = card();
  if (!now || document.hidden) { return; } // a forgotten tab gives its card back by itself
  try {
    const answer = await ask(`${now.dataset.url}heartbeat/`, { method: "POST", body: fields(now.dataset.mine ? {} : { claim: "1" }) });
    const told = answer.ok ? await answer.json() : null;
    if (told && now === card()) { taken(told); } // asked last: while it was read another card may have come
  } catch { /* the lease outlives one lost beat */ }
}

function taken({ said: sentence, may_decide: mayDecide, is_mine: isMine }) {
  if (isMine) { card().dataset.mine = "1"; } else if (!mayDecide) { delete card().dataset.mine; } // taken from me: asked for again when it is free
  const line = place.querySelector("[data-taken]");
  if (line.textContent !== sentence) { line.textContent = sentence; }
  line.hidden = !sentence;
  for (const button of place.querySelectorAll(".desk-hands form button, .desk-hands summary")) {
    if (mayDecide) { button.removeAttribute("aria-disabled"); } else { button.setAttribute("aria-disabled", "true"); }
  }
}

function leave(url) {
  if (url && card()?.dataset.status === "PENDING") { navigator.sendBeacon(`${url}leave/`, fields()); }
}

// Giving an answer

async function give(form, button) {
  if (isBusy || button?.getAttribute("aria-disabled") === "true") { return; }
  if (!form.reportValidity()) { return; }
  isBusy = true;
  complain("");
  pressedAt ||= performance.now();
  card().setAttribute("aria-busy", "true");
  const body = new FormData(form);
  if (ahead) { body.set("ahead", `${ahead.id}:${ahead.version}`); }
  try {
    await took(await ask(form.action, { method: "POST", body }), form);
  } catch {
    unsure();
  }
}

async function took(answer, form) {
  let told = null;
  try { told = await answer.json(); } catch { /* no answer of the desk: a proxy's page, or an error */ }
  isBusy = false;
  card()?.removeAttribute("aria-busy");
  if (!told) { return unsure(); }
  if (told.ok) {
    say(told.said, told.undo);
    return show(told.html || ahead.html);
  }
  pressedAt = 0;
  if (told.html) {
    show(told.html, { keep: false });
    return complain(told.said);
  }
  const line = form?.querySelector("[data-refused]");
  if (!line) { return complain(told.said); }
  line.textContent = told.said;
  line.hidden = false;
  line.setAttribute("role", "alert");
  return undefined;
}

function unsure() {
  isBusy = false;
  pressedAt = 0;
  card()?.removeAttribute("aria-busy");
  complain("The desk did not answer. Load the page again to see whether your answer arrived; what you wrote is still here.");
}

async function undo() {
  if (isBusy) { return; }
  count();
  const last = undos.pop();
  if (!last) { say("Nothing can be taken back any more."); return; }
  complain("");
  isBusy = true; // an answer on its way and a way back at once would cross each other
  leave(card()?.dataset.url);
  await took(await ask(last.url, { method: "POST", body: fields() }));
}

async function turn(key) {
  if (isBusy) { return; }
  const now = card();
  let html = "";
  isBusy = true; // an answer given meanwhile would show its own next card, and this one after it
  pressedAt = performance.now();
  try {
    if (key === "k" && before.length) {
      leave(now?.dataset.url);
      const answer = await ask(before.pop() + queueQuery());
      html = answer.ok ? await answer.text() : "";
    } else if (key === "j") {
      await fetching;
      html = ahead?.html ?? "";
      if (html) { say(""); leave(now?.dataset.url); } else { say("This is the last card of the queue."); }
    }
  } finally { isBusy = false; }
  if (html) { show(html, { keep: key === "j" }); } else { pressedAt = 0; }
}

// Keys

function toggle(panel) {
  const picked = window.getSelection();
  const post = place.querySelector("[data-post]");
  const span = panel.querySelector("[name=span]");
  if (span && post && picked.toString().trim() && post.contains(picked.anchorNode) && post.contains(picked.focusNode)) {
    span.value = picked.toString().trim().slice(0, 500);
  }
  for (const other of place.querySelectorAll("details.desk-hand[open]")) { if (other !== panel) { other.open = false; } }
  panel.open = true;
  panel.querySelector("[data-first]").focus({ preventScroll: true }); // the panel is in sight anyway; the post stays where it is
}

function close() {
  const panel = open();
  if (panel) { panel.open = false; panel.querySelector("summary").focus({ preventScroll: true }); }
}

function pressed(event) {
  if (help.open || event.isComposing) { return; }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form?.closest(".desk-hand")) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.key === "Escape") { close(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) { return; }
  if (event.key === "?") { event.preventDefault(); help.showModal(); return; }
  if (!keysOn.checked) { return; }
  const panel = open();
  if (panel) {
    const choice = panel.querySelector(`[data-digit="${CSS.escape(event.key)}"]`);
    if (choice) { event.preventDefault(); choice.checked = true; pressedAt = performance.now(); choice.form.requestSubmit(); }
    return;
  }
  if (event.key === "z") { event.preventDefault(); undo().catch(unsure); return; }
  if (event.key === "j" || event.key === "k") { event.preventDefault(); turn(event.key).catch(unsure); return; }
  const platform = event.key === "p" && place.querySelector("[data-platform]");
  if (platform) { event.preventDefault(); platform.click(); return; }
  const way = place.querySelector(`[data-go="${CSS.escape(event.key)}"]`); // elsewhere: leaving gives the card back
  if (way) { event.preventDefault(); way.click(); return; }
  const found = place.querySelector(`[data-hand="${CSS.escape(event.key)}"]`);
  if (!found) { return; }
  event.preventDefault();
  if (found.tagName === "FORM") { pressedAt = performance.now(); found.requestSubmit(); } else if (!found.querySelector("summary").hasAttribute("aria-disabled")) { toggle(found); }
}

document.addEventListener("keydown", pressed);
place.addEventListener("submit", (event) => { event.preventDefault(); give(event.target, event.submitter ?? event.target.querySelector("button")); });
place.addEventListener("click", (event) => {
  const turned = event.target.closest("[data-turn]");
  if (turned) { event.preventDefault(); turn(turned.dataset.turn).catch(unsure); }
  const summary = event.target.closest(".desk-hand > summary");
  if (summary) { event.preventDefault(); if (summary.parentElement.open) { close(); } else if (!summary.hasAttribute("aria-disabled")) { toggle(summary.parentElement); } }
});
place.addEventListener("input", (event) => {
  const max = Number(event.target.dataset.count || 0);
  const line = event.target.form?.querySelector("[data-counted]");
  if (!line || event.target.name !== "text") { return; }
  const length = [...event.target.value].length;
  line.textContent = max ? `${length} of ${max} characters` : `${length} characters`;
  line.classList.toggle("desk-bad", max > 0 && length > max);
});
document.getElementById("desk-help-open").addEventListener("click", () => help.showModal());
document.getElementById("desk-help-open").hidden = false;
undoButton.addEventListener("click", () => undo().catch(unsure));
keysOn.checked = localStorage.getItem(KEYS) !== "off";
keysOn.addEventListener("change", () => localStorage.setItem(KEYS, keysOn.checked ? "on" : "off"));
window.addEventListener("pagehide", () => leave(card()?.dataset.url));
const back = () => { delete card()?.dataset.mine; hold(); }; // the lease may have ended: asked for anew
document.addEventListener("visibilitychange", back);
window.addEventListener("pageshow", (event) => { if (event.persisted) { back(); } });
setInterval(count, 250);
dress();
place.querySelector("h1").focus({ preventScroll: true });
