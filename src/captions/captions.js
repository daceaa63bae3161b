// Captions and the sign-language interpreter: what they add to the room's page (live/features.js). README.md has the messages.

import { add } from "../live/features.js";
import { later } from "../live/later.js";
import { Control, html } from "../live/ui.js";
import { t } from "../live/words.js";
import { chosen_of, Lane, named, signer_of } from "./lane.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {{n: number, text: string, begun_us: number, ended_us: number}} Line */
/** by, signer: ids of people, 0 for nobody; next: number of the line that is being typed, open: what there is of it.
 * @typedef {{may: boolean, by: number, next: number, open: string | null, lines: Line[], signer: number}} Captions */

const LINES_MAX = 10;

const Settings = later(() => import("./settings.js"), "Settings");
/** @type {typeof import("./desk.js") | null} */ let desk = null;
const Desk = later(async () => (desk = await import("./desk.js")), "Desk");
const sign = () => import("./sign.js");
const Sign = later(sign, "Sign"), Mark = later(sign, "Mark");

/** @param {Captions} part @param {Line} line */
function captioned(part, { n, text, begun_us, ended_us }) {
  const lines = [...part.lines.filter((line) => line.n !== n), { n, text, begun_us, ended_us }].sort((a, b) => a.n - b.n).slice(-LINES_MAX);
  return n < part.next ? { ...part, lines } : { ...part, lines, next: n + 1, open: null };
}

/** @param {View} view */
function Bar(view) {
  const { lines, open, by, may } = /** @type {Captions} */ (view.room.parts.captions), { size, last, desk } = chosen_of(view), shown = size !== "off";
  const choose = (/** @type {object} */ change) => () => view.act.choose({ captions: { ...chosen_of(view), ...change } });
  return html`${(lines.length > 0 || open || by > 0) && html`<${Control} name="cc" text=${t("Captions")} on=${shown} act=${choose(shown ? { size: "off", last: size } : { size: last })} />`}
    ${may && html`<${Control} name="keys" text=${t("Type captions")} on=${desk} act=${choose({ desk: !desk })} look="opt" />`}`;
}

add({
  name: "captions",
  empty: () => ({ may: false, by: 0, next: 0, open: null, lines: [], signer: 0 }),
  changes: {
    welcome: (part, m) => ({ ...part, ...m }),
    captioned,
    captioning: (part, m) => ({ ...part, next: m.n, open: m.text }),
    captioner: (part, m) => ({ ...part, by: m.who }),
    signer: (part, m) => ({ ...part, signer: m.who }),
  },
  heard: (m, view, before) => {
    const { may } = /** @type {Captions} */ (view.room.parts.captions);
    if (m.t === "captioner" && may && m.who && m.who !== view.room.me?.id)
      view.say(t("{name} types the captions now.", { name: named(view, m.who) }));
    if (m.t === "captioned" && m.text && m.n >= before.parts.captions.next && chosen_of(view).read)
      view.read(m.text);
    desk?.desk_heard(m, view);
  },
  Lane: (view) => html`<${Lane} ...${view} />${view.room.parts.captions.may && chosen_of(view).desk && html`<${Desk} view=${view} />`}`,
  Bar: (view) => html`<${Bar} ...${view} />`,
  Settings: (view) => html`<${Settings} ...${view} />`,
  Front: (view) => signer_of(view) && view.pictures.mode !== "audio" && html`<${Sign} ...${view} />`,
  apart: signer_of,
  Person: (p) => html`<${Mark} ...${p} />`,
});
