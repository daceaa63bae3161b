// A large file goes up in pieces (tus 1.0.0) and on from where it stopped: after a pause, a lost line, a closed page.

const RETRY_MS = 3000, LOOK_MS = 3000, VERSION = { "tus-resumable": "1.0.0" };
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-films]"));
const panel = /** @type {HTMLElement | null} */ (document.querySelector("[data-sending]"));
const words = /** @type {HTMLElement | null} */ (document.querySelector("[data-words]"))?.dataset ?? {};

/** @param {string} key @param {Record<string, string | number>} [values] */
const say = (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));

/** @type {{file: File, upload: string, chunk: number, offset: number, paused: boolean, began: number, first: number} | null} */
let work = null;

/** @param {string} text @param {boolean} [bad] */
function tell(text, bad = false) {
  const place = panel?.querySelector("[data-state]");
  if (!place)
    return;
  place.textContent = text;
  place.className = bad ? "notice bad" : "";
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function show_progress() {
  if (!work || !panel)
    return;
  const { file, offset, first, began, paused } = work, percent = Math.floor((100 * offset) / file.size);
  const bar = /** @type {HTMLProgressElement} */ (panel.querySelector("progress"));
  bar.value = percent;
  const button = /** @type {HTMLElement} */ (panel.querySelector("[data-pause]"));
  button.textContent = say(paused ? "go" : "pause");
  if (paused)
    return tell(say("paused", { percent }));
  const per_ms = (offset - first) / Math.max(1, performance.now() - began);
  const left_s = per_ms > 0 ? (file.size - offset) / per_ms / 1000 : 0;
  if (per_ms > 0)
    tell(say("sent", { percent, left: left_s > 90 ? say("minutes", { n: Math.ceil(left_s / 60) }) : say("seconds", { n: Math.ceil(left_s) }) }));
}

/** How far the server is. @param {string} upload */
async function ask_offset(upload) {
  const answer = await fetch(upload, { method: "HEAD", headers: VERSION, cache: "no-store" });
  if (answer.status === 404 || answer.status === 410)
    throw new Error("gone");
  return answer.ok ? Number(answer.headers.get("upload-offset")) : NaN;
}

/** One piece; how far it is then. NaN: ask again. */
async function send_piece() {
  if (!work)
    return NaN;
  const { file, upload, offset, chunk } = work;
  const answer = await fetch(upload, {
    method: "PATCH", body: file.slice(offset, offset + chunk),
    headers: { ...VERSION, "upload-offset": String(offset), "content-type": "application/offset+octet-stream" },
  });
  if (answer.status === 204)
    return Number(answer.headers.get("upload-offset"));
  if (answer.status === 404 || answer.status === 410)
    throw new Error("gone");
  if (answer.status !== 409) {
    tell((await answer.json().catch(() => ({}))).detail ?? say("lost"), true);
    await pause(RETRY_MS);
  }
  return NaN;
}

/** Until all is there, the person pauses, or the file is gone. */
async function run() {
  while (work && !work.paused && work.offset < work.file.size) {
    try {
      const offset = await send_piece();
      work.offset = Number.isNaN(offset) ? await ask_offset(work.upload) : offset;
      show_progress();
    } catch (error) {
      if (error instanceof Error && error.message === "gone")
        return tell(say("failed"), true);
      tell(say("lost"), true);
      await pause(RETRY_MS);
      work.offset = await ask_offset(work.upload).catch(() => work?.offset ?? 0);
    }
  }
  if (work && work.offset >= work.file.size)
    location.assign(`${form?.dataset.films}?done=sent`);
}

/** @param {File} file @returns {Promise<{create?: string, upload?: string, chunk?: number, fault?: string}>} */
async function begin(file) {
  const data = new FormData(/** @type {HTMLFormElement} */ (form));
  data.delete("file");
  data.set("name", file.name);
  data.set("size", String(file.size));
  const answer = await fetch(/** @type {HTMLFormElement} */ (form).action, { method: "POST", body: data, headers: { accept: "application/json" } });
  return answer.json();
}

/** @param {string} create @param {File} file */
async function create_file(create, file) {
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
  const answer = await fetch(create, { method: "POST", headers: { ...VERSION, "upload-length": String(file.size), "upload-metadata": `filename ${name}` } });
  return answer.ok ? "" : (await answer.json().catch(() => ({}))).detail ?? say("failed");
}

/** @param {SubmitEvent} event */
async function on_submit(event) {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (form?.querySelector("input[type=file]")), file = input.files?.[0];
  if (!form || !panel || work)
    return;
  panel.hidden = false;
  if (!file)
    return tell(say("choose"), true);
  /** @type {HTMLElement} */ (panel.querySelector("[data-name]")).textContent = file.name;
  tell(say("begins"));
  /** @type {Awaited<ReturnType<typeof begin>>} */ const begun = await begin(file).catch(() => ({ fault: say("failed") }));
  const { create = "", upload = "", chunk = 0, fault = "" } = begun;
  const refused = fault || (await create_file(create, file).catch(() => say("failed")));
  if (refused)
    return tell(refused, true);
  const offset = await ask_offset(upload).catch(() => 0);
  work = { file, upload, chunk, offset, paused: false, began: performance.now(), first: offset };
  form.hidden = true;
  show_progress();
  await run();
}

function on_pause() {
  if (!work)
    return;
  work.paused = !work.paused;
  Object.assign(work, { began: performance.now(), first: work.offset });
  show_progress();
  if (!work.paused)
    run();
}

/** What is being prepared is brought up to date; without this script one reloads. */
async function look() {
  const list = document.querySelector("[data-waits]");
  if (list?.getAttribute("data-waits") !== "yes" || work)
    return;
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok)
    return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-waits]");
  if (fresh && fresh.innerHTML !== list.innerHTML && !list.contains(document.activeElement))
    list.replaceWith(fresh);
}

form?.addEventListener("submit", on_submit);
panel?.querySelector("[data-pause]")?.addEventListener("click", on_pause);
document.querySelector("[data-large]")?.removeAttribute("hidden");
setInterval(look, LOOK_MS);
addEventListener("beforeunload", (event) => {
  if (work && !work.paused && work.offset < work.file.size)
    event.preventDefault();
});
export {};
