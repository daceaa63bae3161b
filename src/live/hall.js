// The hall's page keeps its place in the queue fresh while somebody looks at it; everything else is forms.

const EVERY_MS = 5000;

async function look() {
  if (document.hidden)
    return;
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok)
    return;
  const find = (/** @type {Document} */ page) => page.querySelector("[data-fresh]");
  const fresh = find(new DOMParser().parseFromString(await answer.text(), "text/html")), now = find(document);
  if (!fresh || !now || fresh.innerHTML === now.innerHTML)
    return;
  const had_focus = now.contains(document.activeElement);
  now.replaceChildren(...fresh.childNodes);
  if (had_focus)
    now.querySelector("button")?.focus();
}

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", look);
export {};
