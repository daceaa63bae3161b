// What a test does by the keyboard alone, and what a screen reader is given meanwhile.

import assert from "node:assert/strict";
import { WAIT_MS } from "./browsers.mjs";

const TABS_MAX = 120; // to reach something

/** Runs in the page: the names of what may have the focus, or of what has it. */
function names(all) {
  const ones = all ? [...document.querySelectorAll("a[href], button:enabled, input, select, textarea, summary, [tabindex]")] : [document.activeElement];
  return ones.map((one) => (one?.getAttribute("aria-label") ?? one?.labels?.[0]?.innerText ?? one?.innerText ?? "").trim().replace(/\s+/g, " "));
}

/** What has the focus, by its name. */
export const focused = async (tab) => (await tab.evaluate(names, false))[0];

/** Goes to what has this name, by Tab alone, once it is there. @param {string | RegExp} name */
export async function reach(tab, name) {
  const seen = new Set(), is_named = (now) => (typeof name === "string" ? now === name : name.test(now));
  for (const end = performance.now() + WAIT_MS; performance.now() < end && !(await tab.evaluate(names, true)).some(is_named);)
    await new Promise((resolve) => setTimeout(resolve, 50));
  for (let n = 0; n < TABS_MAX; n++) {
    const now = await focused(tab);
    if (is_named(now))
      return;
    seen.add(now);
    await tab.press("Tab");
  }
  assert.fail(`Tab does not reach ${name}: ${[...seen].join(" | ")}`);
}

/** Goes to what has this name, and presses a key there. */
export async function press(tab, name, key = "Enter") {
  await reach(tab, name);
  await tab.press(key);
}

/** Goes to the tabs of the panel by Tab, and to this one by the arrows. @param {string} id of the tab, as in "chat" */
export async function open_tab(tab, id) {
  await tab.until((wanted) => document.getElementById("tab-" + wanted), id);
  for (let n = 0; n < TABS_MAX && !await tab.evaluate(() => document.activeElement?.getAttribute("role") === "tab"); n++)
    await tab.press("Tab");
  for (let n = 0; n < 10 && !await tab.evaluate((wanted) => document.activeElement?.id === "tab-" + wanted, id); n++)
    await tab.press("ArrowRight");
  await tab.until((wanted) => document.querySelector("[role=tab][aria-selected=true]")?.id === "tab-" + wanted, id);
}

/** From now on what the page gives a screen reader to say is kept, with when. */
export const listen = (tab) => tab.evaluate(() => {
  globalThis.announced = [];
  const place = document.getElementById("announcer");
  new MutationObserver(() => place.textContent && globalThis.announced.push({ at_ms: performance.now(), text: place.textContent })).observe(place, { childList: true, characterData: true, subtree: true });
});

/** What was said since listen(). @returns {Promise<{at_ms: number, text: string}[]>} */
export const announced = (tab) => tab.evaluate(() => globalThis.announced);

/** Waits until this was said since listen(): the page has it for a few seconds alone. */
export const is_told = (tab, words) => tab.until((wanted) => globalThis.announced.some(({ text }) => text.includes(wanted)), words);
