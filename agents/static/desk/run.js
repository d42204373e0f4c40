// The run page by keyboard: arrows from step to step, Enter opens, Esc goes back; what is open stays open over a poll.
// Links, forms and the polling itself are htmx and HTML, so that the page works without this file too.

const panel = document.getElementById("run-panel");
const nodes = () => [...document.querySelectorAll("#run-svg a.run-node")];
const layer = (one) => Number(one.dataset.layer);
const x = (one) => Number(one.dataset.x);
let openDetails = [];
let wantsFocus = false;

function mark() {
  const chosen = panel.querySelector("[data-step]")?.dataset.step;
  for (const one of nodes()) {
    if (one.dataset.step === chosen) { one.setAttribute("aria-current", "true"); } else { one.removeAttribute("aria-current"); }
  }
}

function next(from, key) {
  const beside = nodes().filter((one) => one !== from && (key === "ArrowLeft" || key === "ArrowRight") === (layer(one) === layer(from)));
  const ahead = beside.filter((one) => ({
    ArrowLeft: x(one) < x(from), ArrowRight: x(one) > x(from), ArrowUp: layer(one) < layer(from), ArrowDown: layer(one) > layer(from),
  })[key]);
  const far = (one) => Math.abs(layer(one) - layer(from)) * 10000 + Math.abs(x(one) - x(from));
  return ahead.sort((a, b) => far(a) - far(b))[0];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) { return; }
  const from = event.target.closest?.("#run-svg a.run-node");
  if (from && event.key.startsWith("Arrow")) {
    event.preventDefault();
    next(from, event.key)?.focus();
  } else if (event.key === "Escape" && panel.contains(event.target)) {
    document.getElementById(`node-${panel.querySelector("[data-step]")?.dataset.step}`)?.focus();
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[hx-target='#run-panel']");
  wantsFocus = Boolean(link);
  // htmx keeps the browser from following links of HTML, not those of a drawing.
  if (link?.closest("#run-svg") && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const place = event.detail.target;
  openDetails = [...place.querySelectorAll("details[id]")].map((one) => [one.id, one.open]);
  // A form that somebody fills in is not taken away by a poll; the next one comes in two seconds.
  const isPoll = event.detail.requestConfig?.triggeringEvent?.type !== "click" && !event.detail.requestConfig?.triggeringEvent?.isTrusted;
  if (place === panel && isPoll && panel.querySelector(".desk-hand[open], #step-story[open]")) { event.detail.shouldSwap = false; }
});

document.addEventListener("htmx:afterSettle", () => {
  for (const [id, isOpen] of openDetails) {
    const one = document.getElementById(id);
    if (one && !wantsFocus) { one.open = isOpen; }
  }
  mark();
  if (wantsFocus && panel.querySelector("#run-step-title")) {
    wantsFocus = false;
    panel.querySelector("#run-step-title").focus();
  }
});

mark();
