// What is said where a camera, a microphone or a screen cannot be had, or is gone: fetched by whom it happens to.

import { t } from "./words.js";

/** @typedef {import("./devices.js").Kind} Kind */

/** Why one could not be had. @param {Kind} kind @param {DOMException} error */
export function refused(kind, error) {
  if (error.name === "NotAllowedError")
    return {
      mic: t("The browser was not allowed to use the microphone. Allow it beside the page's address, then try again."),
      camera: t("The browser was not allowed to use the camera. Allow it beside the page's address, then try again."),
      screen: t("Nothing is shared: the choice of a screen was cancelled or refused."),
    }[kind];
  if (error.name === "SecurityError")
    return t("This address is not secure (https), so the browser gives neither camera nor microphone.");
  if (error.name === "NotReadableError")
    return t("Another program is using it. Close that one, then try again.");
  return kind === "mic" ? t("No microphone was found.") : kind === "camera" ? t("No camera was found.") : t("The screen cannot be shared here.");
}

/** One was unplugged or taken away. @param {Kind} kind @param {MediaStreamTrack | null} other what stands in */
export function gone(kind, other) {
  if (kind === "camera")
    return t("Your camera is gone. Plug it in again or choose another one, then turn it on.");
  return other ? t("Your microphone is gone. {name} takes its place.", { name: other.label })
    : t("Your microphone is gone. Plug it in again or choose another one, then turn it on.");
}
