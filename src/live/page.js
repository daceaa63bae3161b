// The whole page, from its parts: shut out, before the door, or in the room.

import { Controls, Top } from "./controls.js";
import { Dialogs } from "./dialogs.js";
import { features } from "./features.js";
import { later } from "./later.js";
import { Panel } from "./panel.js";
import { Stage } from "./stage.js";
import { html, icon } from "./ui.js";
import { t } from "./words.js";

const Lobby = later(() => import("./lobby.js"), "Lobby"), Watch = later(() => import("./watch.js"), "Watch");

/** @param {import("./room.js").View} view */
export function page(view) {
  const { bye } = view.room;
  if (bye && bye.reason !== "restart")
    return html`<${Top} ...${view} /><section class="house alone" aria-label=${t("Stage")}><div class="empty">${icon("info")}<p>${bye.text}</p>
      ${bye.watch_url && html`<p><a class="btn main" href=${bye.watch_url}>${icon("play")}${t("Watch the session on its page")}</a></p>`}
      ${bye.reason !== "removed" && html`<p><button type="button" class="btn main" onClick=${bye.reason === "reload" ? () => location.reload() : view.act.again}>${bye.reason === "reload" ? t("Load the page again") : t("Come back here")}</button></p>`}</div></section>`;
  if (view.room.waits)
    return html`<${Top} ...${view} /><${Lobby} ...${view} />`;
  return html`<${Top} ...${view} /><${view.room.watching.on ? Watch : Stage} ...${view} /><${Panel} ...${view} /><${Controls} ...${view} /><${Dialogs} ...${view} />
    ${features.map(({ name, Dialogs }) => Dialogs && html`<${Dialogs} key=${name} ...${view} />`)}`;
}
