// Edits of a text, and how two that were made at once become one after the other: the same rules as notes_merge.c.
//
// An edit is a list over the whole text: 5 keeps five characters, -3 takes three away, "words" puts words in. Characters are
// code points, as on the server.

/** @typedef {(number | string)[]} Edit */

/** The text, by characters: as it is where each is one unit, else cut. @param {string} text @returns {string | string[]} */
const cut = (text) => (/[\ud800-\udfff]/.test(text) ? Array.from(text) : text);
/** @param {string | string[]} cut_text @param {number} from @param {number} [to] */
const part = (cut_text, from, to) => (typeof cut_text === "string" ? cut_text.slice(from, to) : cut_text.slice(from, to).join(""));
/** @param {string} text */
export const length_of = (text) => cut(text).length;

/** Joins what comes to what stands there; words that are put in stand before those taken away. @param {Edit} edit @param {number | string} more */
function push(edit, more) {
  if (more === 0 || more === "")
    return;
  const last = edit.at(-1), sort = (/** @type {any} */ one) => (typeof one === "string" ? "put" : one > 0 ? "keep" : "take");
  if (typeof more === "string" && typeof last === "number" && last < 0) {
    const before = edit.at(-2);
    if (typeof before === "string")
      edit[edit.length - 2] = before + more;
    else
      edit.splice(-1, 0, more);
  } else if (last !== undefined && sort(last) === sort(more)) {
    edit[edit.length - 1] = /** @type {any} */ (last) + more;
  } else {
    edit.push(more);
  }
}

/** What makes one text into the other, as one change in one place. @param {string} old @param {string} text @returns {Edit} */
export function change_between(old, text) {
  const a = cut(old), b = cut(text), most = Math.min(a.length, b.length);
  let from = 0, end = 0;
  while (from < most && a[from] === b[from])
    from++;
  while (end < most - from && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++;
  /** @type {Edit} */ const edit = [];
  push(edit, from);
  push(edit, part(b, from, b.length - end));
  push(edit, -(a.length - from - end));
  push(edit, end);
  return edit;
}

/** @param {Edit} edit */
export const is_nothing = (edit) => edit.every((one) => typeof one === "number" && one > 0);

/** @param {Edit} edit @param {string} text */
export function apply(edit, text) {
  const from = cut(text);
  let at = 0, after = "";
  for (const one of edit) {
    if (typeof one === "string") {
      after += one;
      continue;
    }
    if (one > 0)
      after += part(from, at, at + one);
    at += Math.abs(one);
  }
  if (at !== from.length)
    throw new Error(`an edit of ${at} characters for a text of ${from.length}`);
  return after;
}

/** A place in an edit, taken piece by piece. */
class Walk {
  /** @param {Edit} edit */
  constructor(edit) {
    this.edit = edit;
    this.i = 0;
    this.left = 0;
  }

  get part() {
    const one = this.edit[this.i];
    if (this.left === 0 && one !== undefined)
      this.left = typeof one === "string" ? length_of(one) : Math.abs(one);
    return one;
  }

  /** @param {number} n characters @returns {string} of words: those that were passed */
  on(n) {
    const one = this.edit[this.i];
    const words = typeof one === "string" ? part(cut(one), length_of(one) - this.left, length_of(one) - this.left + n) : "";
    this.left -= n;
    if (this.left === 0)
      this.i++;
    return words;
  }
}

/**
 * Two edits of the same text, each as it is to be made after the other; where both put words in at one place, `first`'s stand first.
 * @param {Edit} first @param {Edit} second @returns {[Edit, Edit]} first after second, second after first
 */
export function both_after(first, second) {
  /** @type {Edit} */ const first_after = [], /** @type {Edit} */ second_after = [];
  const a = new Walk(first), b = new Walk(second);
  for (;;) {
    const one = a.part, two = b.part;
    if (one === undefined && two === undefined)
      return [first_after, second_after];
    if (typeof one === "string") {
      push(first_after, one);
      push(second_after, a.left);
      a.on(a.left);
    } else if (typeof two === "string") {
      push(second_after, two);
      push(first_after, b.left);
      b.on(b.left);
    } else if (one === undefined || two === undefined) {
      throw new Error("edits of two texts");
    } else {
      const n = Math.min(a.left, b.left);
      if (one > 0 && two > 0)
        [first_after, second_after].forEach((edit) => push(edit, n));
      else if (one < 0 && two > 0)
        push(first_after, -n);
      else if (one > 0 && two < 0)
        push(second_after, -n);
      a.on(n);
      b.on(n);
    }
  }
}

/** One edit that does what the two do one after the other. @param {Edit} first @param {Edit} then @returns {Edit} */
export function compose(first, then) {
  /** @type {Edit} */ const edit = [];
  const a = new Walk(first), b = new Walk(then);
  for (;;) {
    const one = a.part, two = b.part;
    if (one === undefined && two === undefined)
      return edit;
    if (typeof one === "number" && one < 0) {
      push(edit, -a.left);
      a.on(a.left);
    } else if (typeof two === "string") {
      push(edit, b.on(b.left));
    } else if (one === undefined || two === undefined) {
      throw new Error("these do not follow each other");
    } else {
      const n = Math.min(a.left, b.left), words = a.on(n);
      if (two > 0)
        push(edit, words || n);
      else if (!words)
        push(edit, -n);
      b.on(n);
    }
  }
}

/** Where a place of the text, in UTF-16 units, lies after the edit. @param {Edit} edit @param {string} text before it @param {number} place */
export function place_after(edit, text, place) {
  const from = cut(text);
  let at = 0, moved = place;
  for (const one of edit) {
    if (at > place || (typeof one === "string" && at === place))
      break;
    if (typeof one === "string") {
      moved += one.length;
      continue;
    }
    const units = from === text ? Math.abs(one) : units_of(from, text, at, Math.abs(one));
    if (one < 0)
      moved -= Math.min(units, place - at);
    at += units;
  }
  return moved;
}

/** How many units so many characters take from there on. @param {string | string[]} from @param {string} text @param {number} at @param {number} n */
function units_of(from, text, at, n) {
  let units = 0;
  for (let i = 0; i < n; i++)
    units += (text.codePointAt(at + units) ?? 0) > 0xffff ? 2 : 1;
  return units;
}
