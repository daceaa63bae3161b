// How a person wants captions, and the picture of who interprets into sign language.

import { html, Select } from "../live/ui.js";
import { t } from "../live/words.js";
import { chosen_of, signer_of } from "./lane.js";

/** @typedef {import("../live/room.js").View} View */

/** @param {View} view */
export function Settings(view) {
  const chosen = chosen_of(view), choose = (/** @type {object} */ change) => view.act.choose({ captions: { ...chosen, ...change } });
  const sizes = [["off", t("Not shown")], ["small", t("Small")], ["normal", t("Normal")], ["large", t("Large")]];
  const sign_sizes = [["small", t("Small")], ["medium", t("Medium")], ["large", t("Large")]];
  return html`<${Select} label=${t("Captions")} name="captions" value=${chosen.size} options=${sizes} choose=${(/** @type {string} */ size) => choose({ size })} />
    <label class="tick"><input type="checkbox" checked=${chosen.read} onChange=${() => choose({ read: !chosen.read })} /><span>${t("My screen reader reads the captions")}</span></label>
    ${signer_of(view) && html`<${Select} label=${t("Sign language")} name="sign" value=${chosen.sign} options=${sign_sizes} choose=${(/** @type {string} */ sign) => choose({ sign })} />`}`;
}
