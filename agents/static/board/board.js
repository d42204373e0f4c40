// The board as it is now, put into the page that is there. htmx asks; here only words, numbers and addresses change, in
// the elements that stand there already: focus stays where it is and a screen reader is not told. A part that somebody
// is in, or has opened, waits.
const refused = document.getElementById("board-refused");

function put(old, fresh) {
  if (old.outerHTML === fresh.outerHTML) return;
  for (const name of ["href", "aria-label", "class"]) {
    const value = fresh.getAttribute(name);
    if (value !== null && value !== old.getAttribute(name)) old.setAttribute(name, value);
  }
  if (old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.cloneNode(true).childNodes);
}

function take(text) {
  const answer = new DOMParser().parseFromString(text, "text/html");
  for (const fresh of answer.querySelectorAll("[data-live][id], [data-whole][id]")) {
    const old = document.getElementById(fresh.id);
    if (!old) continue;
    const busy = "whole" in fresh.dataset && (old.contains(document.activeElement) || old.querySelector("details[open]"));
    if (!busy) put(old, fresh);
  }
}

document.getElementById("board-poll")?.addEventListener("htmx:afterRequest", (event) => {
  const went = event.detail.successful && event.detail.xhr.responseText.includes("board-asof");
  const words = went ? "" : "Not refreshed since; load the page again.";
  if (refused.textContent !== words) refused.textContent = words;
  if (went) take(event.detail.xhr.responseText);
});
