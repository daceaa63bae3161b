// Where a host writes a poll.

import { Component } from "preact";
import { Dialog, html } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("./state.js").Poll} Poll */
/** @typedef {import("./state.js").Kind} Kind */

/** A draft, made or changed. */
export class Editor extends Component {
  state = { kind: this.props.poll === "new" ? "single" : this.props.poll.kind };

  render(/** @type {{poll: Poll | "new", save: (draft: object) => void, close: () => void}} */ { poll, save, close }) {
    const old = poll === "new" ? null : poll, kind = /** @type {Kind} */ (this.state.kind);
    const kinds = { single: t("One answer"), several: t("Several answers"), words: t("Words of one's own") };
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
      const choices = String(data.get("choices") ?? "").split("\n").map((one) => one.trim()).filter(Boolean);
      save({ t: "poll", poll: old?.id ?? 0, kind, question: data.get("question"), choices });
    };
    return html`<${Dialog} title=${old ? t("Change the poll") : t("Prepare a poll")} close=${close}><form class="stack" onSubmit=${submit}>
      <div class="field"><label for="poll-question">${t("Question")}</label><input type="text" id="poll-question" name="question" maxlength="500" required autocomplete="off" defaultValue=${old?.question ?? ""} /></div>
      <fieldset class="plain"><legend>${t("How people answer")}</legend>${Object.entries(kinds).map(([value, text]) => html`<label class="tick"><input type="radio" name="kind" value=${value} checked=${value === kind}
        onChange=${() => this.setState({ kind: value })} /><span>${text}</span></label>`)}</fieldset>
      ${kind !== "words" && html`<div class="field"><label for="poll-choices">${t("Answers, one a line, 2 to 12")}</label><textarea id="poll-choices" name="choices" rows="5" required defaultValue=${old && old.kind !== "words" ? old.choices.map(({ text }) => text).join("\n") : ""} /></div>`}
      <p class="small muted">${t("It is shown when you open it. Once open it cannot be changed.")}</p>
      <p class="row"><button type="submit" class="btn main">${t("Save the draft")}</button> <button type="button" class="btn plain" onClick=${close}>${t("Cancel")}</button></p>
    </form><//>`;
  }
}
