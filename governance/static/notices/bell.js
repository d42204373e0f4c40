// The bell: how many notices are new. Asked for once a minute while the page is looked at; no page waits for it.

const ADDRESS = "/admin/governance/notice/unread/";
const EVERY_MS = 60_000;
const LINK = "flex items-center gap-1 ml-auto px-2 py-1 rounded-default text-font-important-light dark:text-font-important-dark";

let bell = null;
let timer = 0;

function shown(header) {
  if (bell) { return bell; }
  bell = document.createElement("a");
  bell.className = LINK;
  bell.id = "notices-bell";
  const sign = document.createElement("span");
  sign.className = "material-symbols-outlined";
  sign.setAttribute("aria-hidden", "true");
  sign.textContent = "notifications";
  bell.append(sign, document.createElement("span"));
  // On a phone the way back is cut, not the bell.
  const way = header.firstElementChild;
  if (way) { way.style.minWidth = "0"; way.style.overflow = "hidden"; }
  bell.style.flexShrink = "0";
  header.append(bell);
  return bell;
}

async function ask(header) {
  if (document.hidden) { return; }
  try {
    const answer = await fetch(ADDRESS, { credentials: "same-origin", redirect: "error" });
    if (answer.status !== 200) { clearInterval(timer); return; } // not theirs to see, or signed out
    const told = await answer.json();
    const link = shown(header);
    link.href = told.url;
    link.lastChild.textContent = told.count ? told.said : "";
    link.setAttribute("aria-label", told.count ? `${told.said} new notices` : "No new notices");
  } catch {
    // The desk is away; it is asked again in a minute.
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const header = document.getElementById("header-inner");
  if (!header) { return; }
  ask(header);
  timer = setInterval(() => ask(header), EVERY_MS);
  document.addEventListener("visibilitychange", () => ask(header));
});
