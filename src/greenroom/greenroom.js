// The green room: ties what is tried to what stands on the page. Each finding is a word of a check; its sentence comes from
// the server's one table, which the helper's page shows too.

import { Devices, is_dark } from "./devices.js";
import { measure } from "./line.js";

const root = /** @type {HTMLElement} */ (document.getElementById("green"));
/** @type {Record<string, Record<string, [string, string, string]>>} check → word → level, sentence, what to do */
const outcomes = JSON.parse(root.dataset.outcomes ?? "{}");
/** @type {Record<string, string>} */
const words = JSON.parse(root.dataset.words ?? "{}");
/** @type {Record<string, string | number>} */
const found = {};
const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
let has_code = false, saving = 0;

/** @template {HTMLElement} T @param {string} name @returns {T} */
const part = (name) => /** @type {T} */ (root.querySelector(`[data-part=${name}]`));
/** @param {string} name @returns {HTMLButtonElement} */
const button = (name) => /** @type {HTMLButtonElement} */ (root.querySelector(`[data-do=${name}]`));
/** @param {string} id @returns {HTMLSelectElement} */
const select = (id) => /** @type {HTMLSelectElement} */ (document.getElementById(id));
const video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));

/** @param {string} text @param {Record<string, string>} values */
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** @param {string} tag @param {string} text @param {string} [className] */
function element(tag, text, className = "") {
  return Object.assign(document.createElement(tag), { textContent: text, className });
}

/** A check found something. @param {string} check @param {string} word */
function tell(check, word) {
  if (found[check] === word || !outcomes[check]?.[word])
    return;
  found[check] = word;
  const [level, text, todo] = outcomes[check][word], row = root.querySelector(`[data-check=${check}]`);
  const sentence = element("p", text), tag = element("span", words[level], `tag ${level}`);
  row?.querySelector(".tag")?.replaceWith(tag);
  row?.querySelectorAll("p").forEach((old) => old.remove());
  row?.append(sentence);
  if (todo) {
    const advice = element("p", "");
    advice.append(element("strong", todo));
    row?.append(advice);
  }
  part("help").hidden = false;
  save_soon();
}

/** @param {Record<string, string | number>} news */
function take(news) {
  for (const [name, value] of Object.entries(news))
    if (typeof value === "string")
      tell(name, value);
    else
      found[name] = value;
  const number = (/** @type {number} */ value) => value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  if ("up_kbps" in found)
    part("figures").textContent = filled(words.figures, {
      up: number(Number(found.up_kbps) / 1000), down: number(Number(found.down_kbps) / 1000), rtt: String(found.rtt_ms), loss: `${number(Number(found.loss_permille) / 10)} %`,
    });
  const passes = (/** @type {string} */ way) => (way in found ? (found[way] ? words.passes : words.blocked) : words.untried);
  if ("way" in found)
    part("ways").textContent = filled(words.ways, { udp: passes("udp"), tcp: passes("tcp"), turn: passes("turn") });
  save_soon();
}

/** "Firefox 128": for the helper. */
function agent() {
  const [, name, version] = /(Edg|OPR|Firefox|Chrome|Version)\/(\d+)/.exec(navigator.userAgent.replace(/Chrome(?=.* Edg\/)/, "")) ?? ["", "", ""];
  return `${{ Edg: "Edge", OPR: "Opera", Version: "Safari" }[name] ?? name} ${version}`.trim();
}

async function save() {
  const csrf = /** @type {HTMLInputElement} */ (root.querySelector("input[name=csrf]")).value;
  const answer = await fetch(location.pathname, { method: "POST", body: new URLSearchParams({ csrf, key, findings: JSON.stringify({ ...found, agent: agent() }) }) }).catch(() => null);
  return answer?.ok ? /** @type {{code: string}} */ (await answer.json()).code : null;
}

/** Once somebody has a code, the helper's page follows. */
function save_soon() {
  clearTimeout(saving);
  if (has_code)
    saving = setTimeout(save, 1000);
}

async function show_code() {
  const code = await save();
  has_code ||= code !== null;
  part("code").textContent = code ?? words.code_failed;
}

/** @param {HTMLSelectElement} list @param {MediaDeviceInfo[]} devices @param {string} name @param {MediaStreamTrack | null} chosen */
function offer(list, devices, name, chosen) {
  list.replaceChildren(...devices.map((one, i) => new Option(one.label || `${name} ${i + 1}`, one.deviceId, false, one.deviceId === chosen?.getSettings().deviceId)));
}

const devices = new Devices(tell, (level) => {
  select("level").setAttribute("value", String(Math.round(100 * Math.sqrt(Math.min(1, level)))));
}, show_devices);

function show_picture() {
  part("preview").hidden = !devices.camera;
  video.srcObject = devices.camera && new MediaStream([devices.camera]);
  if (devices.camera)
    video.play().catch(() => {});
}

/** Which are there, and which are tried. */
async function show_devices() {
  show_picture();
  offer(select("microphone"), await devices.list("audioinput"), words.one_microphone, devices.microphone);
  offer(select("camera"), await devices.list("videoinput"), words.one_camera, devices.camera);
  select("camera").append(new Option(words.no_camera, "", false, !devices.camera));
  part("chosen").hidden = !devices.microphone && !devices.camera;
}

async function try_devices() {
  button("devices").disabled = true;
  await devices.start();
  await show_devices();
  navigator.mediaDevices.ondevicechange = show_devices;
  button("devices").disabled = false;
}

async function record() {
  const playback = /** @type {HTMLAudioElement} */ (part("playback"));
  button("record").disabled = true;
  part("recording").textContent = words.recording;
  const url = await devices.record().catch(() => null);
  URL.revokeObjectURL(playback.src);
  playback.hidden = !url;
  playback.src = url ?? "";
  part("recording").textContent = url ? words.recorded : words.unrecorded;
  button("record").disabled = false;
}

async function try_network() {
  button("measure").disabled = true;
  part("measuring").textContent = words.measuring;
  await measure(String(root.dataset.socket), take).catch(() => tell("way", "none"));
  part("measuring").textContent = "";
  /** @type {Text} */ (button("measure").lastChild).data = words.again;
  button("measure").disabled = false;
}

const can = Boolean(globalThis.RTCPeerConnection && "getUserMedia" in (navigator.mediaDevices ?? {}) && globalThis.AudioContext && "captureStream" in HTMLCanvasElement.prototype);
tell("browser", can ? "ok" : "old");
if (can) {
  root.querySelectorAll(".start > button").forEach((one) => one.removeAttribute("hidden"));
  button("devices").onclick = try_devices;
  button("record").onclick = record;
  button("measure").onclick = try_network;
  button("tone").onclick = async () => {
    await devices.tone();
    part("heard").hidden = false;
  };
  button("heard").onclick = () => tell("speaker", "ok");
  button("unheard").onclick = () => tell("speaker", "silent");
  select("microphone").onchange = () => devices.choose_microphone(select("microphone").value);
  select("camera").onchange = async () => {
    await devices.choose_camera(select("camera").value || null);
    show_picture();
  };
  setInterval(() => devices.camera && tell("camera", is_dark(video) ? "dark" : "ok"), 2000);
}
button("code").onclick = show_code;
