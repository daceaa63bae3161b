// A workshop whose picture and sound are encrypted end to end. The key stands in the address, behind the #, which no browser sends.

import { add } from "../live/features.js";
import { seal_with } from "../live/media.js";
import { Dialog, html, icon, name_of } from "../live/ui.js";
import { t } from "../live/words.js";
import { hand_on, is_hello, new_pair, say_hello, take_over } from "./hand.js";
import { from_text, KEY_BYTES, room_key, to_text } from "./sframe.js";
import { address } from "./worker.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("../live/state.js").Person} Person */
/** @typedef {import("./sframe.js").RoomKey} RoomKey */
/** @typedef {import("./worker.js").Report} Report */

const OLD_KEY_MS = 10000; // what was sent with the key before may still come

const able = "RTCRtpScriptTransform" in globalThis && "Worker" in globalThis && crypto.subtle !== undefined;
/** The newest first. @type {RoomKey[]} */ let keys = [];
/** Made here, not yet the room's. @type {RoomKey | null} */ let made = null;
/** The check of a key that is being handed to this page. */ let awaited = "";
/** What comes by each line of the newest connection. @type {Map<string, Report["state"]>} */ const lines = new Map();
let newest = "", shown = false, copied = false;
/** @type {() => void} */ let draw = () => {};

// --- The key in the address

/** The key of an address, null when it has none. @param {string} hash */
function bytes_of(hash) {
  const text = /^#key=([\w-]{22})$/.exec(hash)?.[1];
  return text ? from_text(text) : null;
}

/** @param {RoomKey} key */
function link_of(key) {
  const url = new URL(location.href);
  url.hash = "key=" + to_text(key.base);
  return url.href;
}

/** @param {RoomKey[]} next */
function use(next) {
  keys = next;
  worker?.postMessage(keys);
  lines.clear();
  draw();
}

async function read_address() {
  const bytes = bytes_of(location.hash);
  if (able && bytes)
    use([await room_key(bytes)]);
}

/** This is the room's key from now on. @param {RoomKey} key */
function begin_with(key) {
  const before = keys[0];
  made = null;
  history.replaceState(history.state, "", link_of(key));
  use(before ? [key, before] : [key]);
  setTimeout(() => keys[0] === key && use([key]), OLD_KEY_MS);
}

// --- A new key, for those who are here

const pair = able ? new_pair() : null;

/** Who has the room's key can be handed the next one. @param {View} view */
async function greet(view) {
  const [key] = keys, who = view.room.me?.id;
  if (pair && who !== undefined && standing(view) === "well")
    view.send({ t: "seal_hello", ...await say_hello(key, await pair, who) });
}

/** @param {View} view */
async function make(view) {
  do
    made = await room_key(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
  while (made.id === keys[0]?.id);
  if (standing(view) === "well")
    view.send({ t: "seal_who" });
  else
    view.send({ t: "seal_key", check: made.check, was: seal_of(view).check });
}

/** To all of them who have the key before. @param {View} view @param {({id: number} & import("./hand.js").Hello)[]} people */
async function hand_out({ room, send }, people) {
  const [key] = keys, next = made, me = room.me?.id ?? 0;
  if (!next || !key || !pair)
    return;
  /** @type {Record<string, string>} */ const handed = {};
  for (const { id, ...hello } of people)
    if (id !== me && await is_hello(key, id, hello))
      handed[id] = await hand_on(await pair, hello.public, next.base);
  send({ t: "seal_key", check: next.check, was: key.check, ...await say_hello(key, await pair, me), handed });
}

/** @param {View} view @param {{check: string, from: number, handed: string} & import("./hand.js").Hello} m */
async function take(view, m) {
  const [key] = keys;
  if (!key || !pair || made || m.from === view.room.me?.id)
    return;
  awaited = m.check;
  if (await is_hello(key, m.from, m)) {
    const next = await room_key(await take_over(await pair, m.public, m.handed));
    if (next.check === m.check) {
      begin_with(next);
      view.say(t("The host changed the key. You have the new one."));
    }
  }
  awaited = "";
  view.draw();
}

// --- Frames

const worker = able ? new Worker(address, { type: "module" }) : null;
/** @type {Promise<void>} */ const ready = new Promise((done) => {
  if (worker)
    worker.onmessage = (/** @type {MessageEvent<Report & {ready?: true}>} */ { data }) => {
      if (data.ready)
        return done();
      if (data.of !== newest)
        return;
      lines.set(data.line, data.state);
      draw();
    };
});

/** @param {RTCRtpSender | RTCRtpReceiver} end @param {import("./worker.js").Way} way */
function lead(end, way) {
  const Transform = /** @type {any} */ (globalThis).RTCRtpScriptTransform;
  /** @type {any} */ (end).transform = new Transform(worker, way);
}

/** RED repeats frames inside of others, behind what is encrypted here. @param {string} sdp */
export function without_red(sdp) {
  const types = [...sdp.matchAll(/^a=rtpmap:(\d+) red\/\d+.*\r\n/gim)].map(([, type]) => type);
  return types.reduce((rest, type) => rest
    .replace(new RegExp(`^a=(?:rtpmap|fmtp|rtcp-fb):${type} .*\\r\\n`, "gm"), "")
    .replace(/^m=audio .*$/gm, (line) => line.replace(new RegExp(` ${type}(?= |$)`), "")), sdp);
}

seal_with({
  able, ready,
  offer: without_red,
  sender: (sender, name) => lead(sender, { side: "send", line: name, of: "", video: name !== "mic" }),
  receiver: (receiver, line, connection) => {
    if (connection !== newest)
      lines.clear();
    newest = connection;
    lead(receiver, { side: "receive", line, of: connection, video: receiver.track.kind === "video" });
  },
});

// --- What one sees

/** @param {View} view @returns {{check: string}} */
const seal_of = ({ room }) => room.parts.seal;
/** @param {View} view */
const is_host = ({ room }) => room.me?.role === "host";
/** Four signs at a time, as people read them to each other. @param {string} check */
const spelled = (check) => check.match(/.{4}/g)?.join(" ") ?? "";

/** @typedef {"unable" | "none" | "without" | "wrong" | "well"} Standing */
/** @param {View} view @returns {Standing} */
function standing(view) {
  const { check } = seal_of(view);
  return !able ? "unable" : !check ? "none" : !keys[0] ? "without" : [keys[0].check, awaited].includes(check) ? "well" : "wrong";
}

/** @param {Standing} at @param {boolean} host */
function sentence(at, host) {
  return {
    unable: t("This browser cannot encrypt picture and sound end to end, so it shows and sends none here. Come with a newer Firefox, Chrome, Edge or Safari. You can read and write meanwhile."),
    none: host ? t("This workshop is encrypted end to end, and has no key yet. Make it here, then send the link with the key to those who take part.")
      : t("This workshop is encrypted end to end, and has no key yet. A host makes it, then gives you the link with the key."),
    without: t("You came without the key of this workshop, so you see and hear nobody, and nobody sees or hears you. Ask a host for “the link with the key”, and open it here."),
    wrong: t("The key in your link is not the key of this workshop, so you see and hear nobody, and nobody sees or hears you. Perhaps it was changed: ask a host for the new link with the key."),
    well: "",
  }[at];
}

/** Whose frames cannot be opened here though the keys are the same, as far as the server says. @param {View} view @returns {Person[]} */
function unreadable({ room }) {
  const bad = [...lines].filter(([, state]) => state !== "open").map(([line]) => line);
  return [...room.people.values()].filter(({ stage, id }) => stage !== null && id !== room.me?.id && bad.some((line) => line.slice(1) === String(stage)));
}

/** @param {View} view */
function Lane(view) {
  const at = standing(view), host = is_host(view), may_make = host && able && !view.room.room?.part;
  const open = html`<button type="button" class="btn" aria-haspopup="dialog" onClick=${() => show(true)}>${t("What that means")}</button>`;
  if (at !== "well")
    return html`<div class="notice warn seal-notice">${icon("alert")}<div class="stack"><p>${sentence(at, host)}</p>
      <p class="row">${may_make && html`<button type="button" class="btn main" onClick=${() => make(view)}>${at === "none" ? t("Make the key") : t("Make a new key")}</button>`}${open}</p></div></div>`;
  const bad = unreadable(view);
  return html`<p class="seal row"><span>${icon("lock")}${t("Encrypted end to end")}</span>${open}</p>
    ${bad.length > 0 && html`<p class="notice warn">${icon("alert")}<span>${t("What comes from {names} cannot be opened with your key, and is not shown: they came with another key, or something on the way changed it.", { names: bad.map(name_of).join(", ") })}</span></p>`}`;
}

/** @param {boolean} on */
function show(on) {
  shown = on;
  copied = false;
  draw();
}

/** @param {RoomKey} key */
async function copy(key) {
  copied = await navigator.clipboard.writeText(link_of(key)).then(() => true, () => false);
  if (!copied)
    /** @type {HTMLInputElement | null} */ (document.getElementById("seal-link"))?.select();
  draw();
}

/** @param {{view: View}} p */
function Key({ view }) {
  const [key] = keys, host = is_host(view);
  if (standing(view) !== "well" || !key)
    return null;
  return html`<p>${t("The signs of the key: {signs}. Who reads you the same signs has the same key.", { signs: spelled(key.check) })}</p>
    <div class="field"><label for="seal-link">${t("The link with the key")}</label><input id="seal-link" readonly value=${link_of(key)} />
      <p class="small muted">${t("Send it to those who take part and to nobody else, not through the chat of this room: whoever has it can look and listen.")}</p></div>
    <p class="row"><button type="button" class="btn main" onClick=${() => copy(key)}>${t("Copy the link with the key")}</button><span role="status">${copied && t("Copied.")}</span></p>
    ${host && !view.room.room?.part && html`<p>${t("Somebody left who should hear no more? Remove them from the room if they are still here, then make a new key. Those who are here get it by themselves; who comes later needs the new link.")}</p>
      <p><button type="button" class="btn" onClick=${() => make(view)}>${t("Make a new key")}</button></p>`}`;
}

/** @param {View} view */
function Dialogs(view) {
  if (!shown)
    return null;
  return html`<${Dialog} title=${t("Encrypted end to end")} close=${() => show(false)}>
    <p>${t("Picture and sound are encrypted in your browser and opened in those of the others. The server passes them on, and can neither see nor hear them.")}</p>
    <p>${t("So there is no recording, no replay, no broadcast and no captions here; no screens or cameras of a hall, and no cameras or players without a page.")}</p>
    <p>${t("Not encrypted for the server: what is written (discussion, questions, polls, slides), names, hands, who is here and when, when somebody speaks, and how large the pictures are.")}</p>
    <${Key} view=${view} />
    <p><button type="button" class="btn plain" onClick=${() => show(false)}>${t("Close")}</button></p>
  <//>`;
}

add({
  name: "seal",
  empty: () => ({ check: "" }),
  changes: { welcome: (_, { check }) => ({ check }), seal: (_, { check }) => ({ check }) },
  heard: (m, view, before) => {
    draw = view.draw;
    if (m.t === "seal" && made?.check === m.check) {
      begin_with(/** @type {RoomKey} */ (made));
      shown = true;
    }
    if (m.t === "refused" && ["seal_key", "seal_who"].includes(m.of))
      made = null;
    if (m.t === "seal_there")
      hand_out(view, m.people).catch((error) => console.error(m.t, error));
    if (m.t === "seal_handed")
      take(view, m).catch((error) => console.error(m.t, error)).finally(() => (awaited = ""));
    if (m.t === "seal" || m.t === "welcome" || (m.t === "renewed" && m.seal))
      greet(view);
    if (["welcome", "seal"].includes(m.t) && (standing(view) !== "well" || before.parts.seal.check !== seal_of(view).check))
      view.say(sentence(standing(view), is_host(view)) || t("Encrypted end to end"));
  },
  Lane: (view) => html`<${Lane} ...${view} />`,
  Dialogs,
});

addEventListener("hashchange", read_address);
read_address();
