// A group at once: choose card by card, decide all of them with one POST, hear of each what became of it.
// The page is one form with radio buttons and works without this file too.

const desk = document.getElementById("desk");
const place = document.getElementById("desk-group");
const words = document.getElementById("desk-words");
const alertLine = document.getElementById("desk-alert");
const help = document.getElementById("desk-help");
const keysOn = document.getElementById("desk-keys-on");
const KEYS = "chimera-desk-keys"; // as on the card: one choice for this machine
const ARROWS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };

let isBusy = false;
let undoEnds = 0;

const form = () => document.getElementById("group-form");
const cards = () => [...place.querySelectorAll("[data-item]")];
const at = () => document.activeElement?.closest("[data-item]") ?? null;
const typing = (one) => one.closest("textarea, select, input:not([type=radio]):not([type=checkbox])") !== null;
const chosen = (card) => card.querySelector(".group-choice input:checked")?.value ?? "leave";

function complain(text) {
  alertLine.textContent = text;
  alertLine.hidden = !text;
}

// Choosing

function choose(card, value) {
  const radio = card?.dataset.may ? card.querySelector(`.group-choice input[value="${value}"]`) : null;
  if (!radio) { return false; }
  radio.checked = true;
  count();
  return true;
}

function count() {
  const line = document.getElementById("group-count");
  if (!line) { return; }
  const found = { approve: 0, reject: 0, leave: 0 };
  for (const card of cards()) { found[card.dataset.may ? chosen(card) : "leave"] += 1; }
  line.textContent = found.approve + found.reject ? `${found.approve} to approve, ${found.reject} to reject, ${found.leave} left as they are.` : "Choose for each card: approve, reject or leave.";
  const all = document.getElementById("group-all");
  all.firstChild.textContent = isAll() ? "Leave all " : "Approve all ";
}

const free = () => cards().filter((card) => card.dataset.may);
const isAll = () => free().length > 0 && free().every((card) => chosen(card) !== "leave");

function chooseAll() {
  const value = isAll() ? "leave" : "approve";
  for (const card of free()) { if (value === "leave" || chosen(card) === "leave") { choose(card, value); } }
  words.textContent = document.getElementById("group-count").textContent;
}

// Who has what

async function hold() {
  const ids = cards().map((card) => card.dataset.item);
  if (!desk.dataset.decides || !ids.length || document.hidden) { return; }
  try {
    const answer = await fetch(desk.dataset.claim, { method: "POST", credentials: "same-origin", body: named(ids) });
    if (!answer.ok || answer.redirected) { return; }
    for (const one of (await answer.json()).cards) { taken(one); }
    count();
    desk.dataset.held = "1";
  } catch { /* the lease outlives one lost beat */ }
}

function named(ids) {
  const found = new FormData(document.getElementById("desk-token"));
  for (const id of ids) { found.append("item", id); }
  return found;
}

function taken({ id, is_mine: isMine, by, status }) {
  const card = document.getElementById(`card-${id}`);
  const choice = card?.querySelector(".group-choice");
  if (!choice) { return; }
  const line = card.querySelector("[data-taken]");
  let sentence = "";
  if (status !== "PENDING") { sentence = `This review is ${status.toLowerCase()} by now.`; } else if (!isMine && by) { sentence = `${by} has this card.`; }
  if (line.textContent !== sentence) { line.textContent = sentence; }
  line.hidden = !sentence;
  choice.disabled = !isMine;
  if (isMine) { card.dataset.may = "1"; } else { delete card.dataset.may; }
}

// Deciding

async function send(sent, button) {
  if (isBusy) { return; }
  isBusy = true;
  complain("");
  place.setAttribute("aria-busy", "true");
  const where = cards().indexOf(at());
  try {
    const answer = await fetch(sent.action, { method: "POST", credentials: "same-origin", headers: { "HX-Request": "true" }, body: new FormData(sent, button) });
    if (answer.redirected) { throw new Error("signed out"); }
    const told = await answer.json();
    if (!told.html) { complain(told.said); return; }
    show(told, where);
  } catch {
    complain("The desk did not answer. Load the page again to see what was decided; what you wrote is still here.");
  } finally {
    isBusy = false;
    place.removeAttribute("aria-busy");
  }
}

function show(told, where) {
  const made = document.createElement("template");
  made.innerHTML = told.html; // ours: the page's own template, with all outside text escaped in it
  place.replaceChildren(made.content);
  words.textContent = told.said;
  dress();
  window.scrollTo(0, 0);
  const kept = cards().find((card) => card.dataset.may && chosen(card) !== "leave");
  focusOn(kept ?? null) || focusOn(where >= 0 ? cards()[0] : null) || place.querySelector("h1").focus();
}

function dress() {
  const undo = place.querySelector("[data-undo]");
  undoEnds = undo ? performance.now() + Number(undo.dataset.undo) * 1000 : 0;
  const all = document.getElementById("group-all");
  if (all) { all.hidden = false; }
  count();
  tick();
  delete desk.dataset.held;
  hold();
}

function tick() {
  const undo = place.querySelector("[data-undo]");
  if (!undo) { return; }
  const left = Math.ceil((undoEnds - performance.now()) / 1000);
  if (left <= 0) {
    if (undo.contains(document.activeElement)) { place.querySelector("h1").focus(); }
    undo.remove();
    return;
  }
  undo.querySelector("[data-left]").textContent = `${left} s`;
}

// Keys

function focusOn(card) {
  if (!card) { return false; }
  for (const other of cards()) { other.tabIndex = other === card ? 0 : -1; }
  card.focus();
  return true;
}

function step(key) {
  const all = cards();
  const now = all.indexOf(at());
  if (now < 0) { return focusOn(all[0]); }
  // Cards of one row are equally far from the top, so the first that differs says how many stand in a row.
  const wide = key === "ArrowUp" || key === "ArrowDown" ? Math.max(1, all.findIndex((card) => card.offsetTop !== all[0].offsetTop)) : 1;
  return focusOn(all[now + ARROWS[key] * wide]);
}

function pressed(event) {
  if (help.open || event.isComposing) { return; }
  if (event.key === "Escape" && at()) { focusOn(at()); return; }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form()) { event.preventDefault(); form().requestSubmit(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !(event.key in ARROWS) || typing(event.target)) { return; }
  if (event.key === "?") { event.preventDefault(); help.showModal(); return; }
  const onButton = event.target.closest("button, a, summary, input") !== null;
  if (event.key in ARROWS && !onButton && cards().length) { event.preventDefault(); step(event.key); return; }
  if (!keysOn.checked) { return; }
  const card = at();
  if (event.key === " " && card && !onButton) { event.preventDefault(); choose(card, chosen(card) === "approve" ? "leave" : "approve"); return; }
  if (event.key === "A" && form()) { event.preventDefault(); form().requestSubmit(); return; }
  if (event.key === "*" && form()) { event.preventDefault(); chooseAll(); return; }
  const undo = event.key === "z" && place.querySelector("[data-undo]");
  if (undo) { event.preventDefault(); undo.requestSubmit(); return; }
  if (!card) { return; }
  if (event.key === "o") { event.preventDefault(); card.querySelector("[data-open]").click(); }
  if (event.key === "l" && choose(card, "leave")) { event.preventDefault(); focusOn(card); }
  if (event.key === "r" && choose(card, "reject")) { event.preventDefault(); focusOn(card); }
  if (chosen(card) !== "reject" || !card.dataset.may) { return; }
  if (event.key === "e") { event.preventDefault(); card.querySelector("textarea").focus(); }
  const code = card.querySelector("select");
  if (/^[1-9]$/.test(event.key) && Number(event.key) < code.length) { event.preventDefault(); code.selectedIndex = Number(event.key); }
}

document.addEventListener("keydown", pressed);
place.addEventListener("submit", (event) => { event.preventDefault(); send(event.target, event.submitter); });
place.addEventListener("change", count);
place.addEventListener("click", (event) => { if (event.target.closest("#group-all")) { chooseAll(); } });
place.addEventListener("focusin", (event) => {
  const card = event.target.closest("[data-item]");
  if (card) { for (const other of cards()) { other.tabIndex = other === card ? 0 : -1; } }
});
document.getElementById("desk-help-open").addEventListener("click", () => help.showModal());
document.getElementById("desk-help-open").hidden = false;
keysOn.checked = localStorage.getItem(KEYS) !== "off";
keysOn.addEventListener("change", () => localStorage.setItem(KEYS, keysOn.checked ? "on" : "off"));
window.addEventListener("pagehide", () => {
  const ids = cards().filter((card) => card.dataset.may).map((card) => card.dataset.item);
  if (desk.dataset.decides && ids.length) { navigator.sendBeacon(desk.dataset.leave, named(ids)); }
});
document.addEventListener("visibilitychange", hold);
window.addEventListener("pageshow", (event) => { if (event.persisted) { hold(); } });
setInterval(hold, desk.dataset.beatS * 1000);
setInterval(tick, 250);
dress();
place.querySelector("h1").focus({ preventScroll: true });
