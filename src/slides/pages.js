// While pages are being drawn, the list is brought up to date; without this script one reloads.

const EVERY_MS = 2000;

async function look() {
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  const list = document.querySelector("[data-waits]");
  if (!answer?.ok || !list)
    return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-waits]");
  if (fresh && fresh.innerHTML !== list.innerHTML && !list.contains(document.activeElement))
    list.replaceWith(fresh);
  if (fresh?.getAttribute("data-waits") !== "yes")
    clearInterval(timer);
}

const timer = setInterval(look, EVERY_MS);
export {};
