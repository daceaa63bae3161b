// What the page knows of interpretation.

import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {{code: string, who: number, name: string, there: boolean, since_us: number, next: number, next_name: string, next_us: number, speaks: boolean}} Channel */
/** @typedef {{who: number, name: string, languages: string[], booth: boolean}} Interpreter */
/** @typedef {{channels: Channel[], people: Interpreter[]}} Interpret */

/** @param {View} view @returns {Interpret} */
export const interpret_of = ({ room }) => room.parts.interpret;

/** The languages that this person may interpret into. @param {View} view @returns {string[]} */
export function my_languages(view) {
  return interpret_of(view).people.find(({ who }) => who === view.room.me?.id)?.languages ?? [];
}

/** @param {string} code @param {string} [reader] whose words, else this page's */
export function language_name(code, reader = document.documentElement.lang) {
  try {
    return new Intl.DisplayNames([reader], { type: "language" }).of(code) ?? code;
  } catch { // a tag that the browser does not know
    return code;
  }
}

/** @param {string} name @param {number} who */
export const who_of = (name, who) => name || t("Guest {number}", { number: who });
