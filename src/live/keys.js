// The room's keys: Alt+Shift and a letter, since letters alone would surprise whoever speaks to the computer, and belong
// to screen readers and to fields. Only "?" stands alone, outside of fields. A person may turn them all off (WCAG 2.1.4).

/** @typedef {"hand" | "mic" | "camera" | "sound_only" | "small_pictures" | "write" | "keys"} Deed */
/** @typedef {{letter: string, deed: Deed, on_stage?: boolean}} Shortcut on_stage: only there, or only elsewhere */

/** Not I, B, S, L, N (ChromeOS), T, A (Chromium): those are the browser's own. @type {Shortcut[]} */
export const SHORTCUTS = [
  { letter: "H", deed: "hand", on_stage: false },
  { letter: "M", deed: "mic", on_stage: true },
  { letter: "V", deed: "camera", on_stage: true },
  { letter: "D", deed: "write" },
  { letter: "O", deed: "sound_only" },
  { letter: "P", deed: "small_pictures" },
];

/**
 * What a key press asks for, or null.
 * @param {Pick<KeyboardEvent, "key" | "code" | "altKey" | "shiftKey" | "ctrlKey" | "metaKey" | "repeat" | "isComposing">} event
 * @param {boolean} in_field whether one types somewhere
 * @param {boolean} on_stage
 * @returns {Deed | null}
 */
export function deed_of(event, in_field, on_stage) {
  if (event.ctrlKey || event.metaKey || event.repeat || event.isComposing)
    return null;
  if (event.key === "?" && !event.altKey)
    return in_field ? null : "keys";
  if (!event.altKey || !event.shiftKey)
    return null;
  // On a Mac, Option and Shift with a letter write another sign: in a field that sign is meant.
  const writes = !/^[a-z]$/i.test(event.key);
  const letter = writes ? (in_field ? "" : /^Key([A-Z])$/.exec(event.code)?.[1]) : event.key.toUpperCase();
  const found = SHORTCUTS.find((one) => one.letter === letter && (one.on_stage === undefined || one.on_stage === on_stage));
  return found?.deed ?? null;
}

/** For aria-keyshortcuts. @param {Deed} deed */
export function keys_of(deed) {
  const found = SHORTCUTS.find((one) => one.deed === deed);
  return found && "Alt+Shift+" + found.letter;
}
