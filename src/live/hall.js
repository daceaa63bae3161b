// The hall's page keeps fresh what stands in data-fresh, by its name, while somebody looks at it; everything else is forms.

const EVERY_MS = 5000;

/** @param {ParentNode} page */
const parts = (page) => [.../** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll("[data-fresh]"))];

/** Something was chosen or typed here that was not sent yet. @param {HTMLElement} part */
function in_use(part) {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (part.querySelectorAll("input"));
  return [...fields].some((field) => field.checked !== field.defaultChecked || (field.type !== "hidden" && field.value !== field.defaultValue));
}

/** What has a data-key stays where it is, so that nothing moves under a finger; what is new comes behind. The order is that
 * of the votes again with the next form that is sent. @param {HTMLElement} now @param {HTMLElement} fresh */
function keep_order(now, fresh) {
  const keys = [.../** @type {NodeListOf<HTMLElement>} */ (now.querySelectorAll("[data-key]"))].map((one) => one.dataset.key);
  for (const key of [...keys].reverse()) {
    const one = fresh.querySelector(`[data-key="${key}"]`);
    one?.parentElement?.prepend(one);
  }
}

/** @param {HTMLElement} now @param {HTMLElement} fresh */
function renew(now, fresh) {
  keep_order(now, fresh);
  // each look has another token of its own
  const same = now.innerHTML.replace(/name="csrf"[^>]*/g, "") === fresh.innerHTML.replace(/name="csrf"[^>]*/g, "");
  if (same || in_use(now))
    return;
  const focus = /** @type {HTMLButtonElement | null} */ (now.contains(document.activeElement) ? document.activeElement : null);
  now.replaceChildren(...fresh.childNodes);
  const one = focus && (now.querySelector(`button[value="${CSS.escape(focus.value)}"]`) ?? now.querySelector("button"));
  /** @type {HTMLElement | null} */ (one)?.focus();
}

async function look() {
  if (document.hidden)
    return;
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok)
    return;
  const page = parts(new DOMParser().parseFromString(await answer.text(), "text/html"));
  for (const now of parts(document)) {
    const fresh = page.find((one) => one.dataset.fresh === now.dataset.fresh);
    if (fresh)
      renew(now, fresh);
  }
}

/** A language is called as its speakers call it. */
for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-language]"))) {
  const code = one.dataset.language ?? "";
  try {
    one.textContent = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
    one.lang = code;
  } catch {
    // a tag that the browser does not know stays as it is written
  }
}

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", look);
export {};
