// The borders of a replay, moved below the strip of its pictures: two sliders that write the hours of the form.
import { time_text } from "./follow.js";

const strip = /** @type {HTMLElement} */ (document.querySelector(".strip"));
const ranges = /** @type {HTMLElement} */ (strip.querySelector(".ranges"));
const length = Number(strip.dataset.length);
const [first, last] = /** @type {NodeListOf<HTMLInputElement>} */ (ranges.querySelectorAll("input"));
const from = /** @type {HTMLInputElement} */ (document.querySelector("[name=from]"));
const to = /** @type {HTMLInputElement} */ (document.querySelector("[name=to]"));

/** Seconds of "1:09:00". @param {string} text */
const seconds_of = (text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

function show() {
  for (const one of [first, last]) one.setAttribute("aria-valuetext", time_text(Number(one.value)));
  strip.style.setProperty("--from", `${(100 * Number(first.value)) / length}%`);
  strip.style.setProperty("--to", `${100 - (100 * Number(last.value)) / length}%`);
}

ranges.hidden = false;
first.addEventListener("input", () => {
  if (Number(first.value) >= Number(last.value)) first.value = String(Number(last.value) - 1);
  from.value = time_text(Number(first.value));
  show();
});
last.addEventListener("input", () => {
  if (Number(last.value) <= Number(first.value)) last.value = String(Number(first.value) + 1);
  to.value = time_text(Number(last.value));
  show();
});
for (const [field, range] of /** @type {const} */ ([[from, first], [to, last]]))
  field.addEventListener("change", () => {
    const seconds = seconds_of(field.value);
    if (Number.isFinite(seconds)) range.value = String(seconds); // else the server says what is wrong
    show();
  });
show();
