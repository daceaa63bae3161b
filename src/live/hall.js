// The hall's page keeps its place in the queue fresh while somebody looks at it; everything else is forms.

const EVERY_MS = 5000;

/** @param {Element} now @param {Element} fresh */
function bring(now, fresh) {
  const had_focus = now.contains(document.activeElement);
  now.replaceChildren(...fresh.childNodes);
  if (had_focus)
    now.querySelector("button")?.focus();
}

async function look() {
  if (document.hidden)
    return;
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok)
    return;
  const find = (/** @type {Document} */ page) => [...page.querySelectorAll("[data-fresh]")];
  const fresh = find(new DOMParser().parseFromString(await answer.text(), "text/html"));
  for (const [i, now] of find(document).entries())
    if (fresh[i] && fresh[i].innerHTML !== now.innerHTML)
      bring(now, fresh[i]);
}

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", look);
export {};
