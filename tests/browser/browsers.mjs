// Chromium by playwright-core, Firefox by puppeteer-core over WebDriver BiDi, behind one small Tab: enough for the
// room's tests to say the same to both. Both keep their own default autoplay policy.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";

// The shell is Chromium without its windows: what those cost is missing to the media on two cores.
export const CHROMIUM = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const FIREFOX = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find(existsSync);
export const WAIT_MS = 15000;
const SMALL = { width: 480, height: 270, frameRate: 15 };

/**
 * Runs in each page before its own scripts: keeps what a test wants to look at, and leads media through a relay.
 * @param {{relay: number, camera: object, raw: boolean}} options relay: UDP port put in place of the server's, 0 for none; camera: size and
 * rate of the picture, small where it is not said: these tests run many encoders on two cores; raw: the microphone comes as it is, for a
 * canceller takes one steady tone for the echo of another, and silences it
 */
function witness({ relay, camera, raw }) {
  const seen = { connections: [], wishes: [], lock: null, relay };
  globalThis.witness = seen;
  const Real = globalThis.RTCPeerConnection;
  if (Real)
    globalThis.RTCPeerConnection = class extends Real {
      constructor(...options) {
        super(...options);
        seen.connections.push(this);
      }

      setRemoteDescription({ type, sdp }) {
        const led = sdp.replace(/^a=candidate:\S+ 1 tcp .*\r\n/gim, "").replace(/^(a=candidate:\S+ 1 udp \d+ \S+) \d+/gim, `$1 ${seen.relay}`);
        return super.setRemoteDescription({ type, sdp: seen.relay ? led : sdp });
      }
    };
  const media = navigator.mediaDevices, ask = media?.getUserMedia.bind(media);
  if (media)
    media.getUserMedia = (wish) => {
      seen.wishes.push(wish);
      if (wish.video)
        wish = { ...wish, video: camera };
      if (wish.audio && raw)
        wish = { ...wish, audio: { ...wish.audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false } };
      return ask(wish);
    };
  if (navigator.wakeLock) // a browser without a screen gives none
    navigator.wakeLock.request = async () => (seen.lock = { released: false, async release() { this.released = true; } });
}

/** A WAV file of a steady tone, for a fake microphone. @param {number} hertz */
export function tone_file(hertz) {
  const rate = 48000, seconds = 4, samples = rate * seconds, data = Buffer.alloc(44 + samples * 2);
  data.write("RIFF", 0), data.writeUInt32LE(36 + samples * 2, 4), data.write("WAVEfmt ", 8), data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20), data.writeUInt16LE(1, 22), data.writeUInt32LE(rate, 24), data.writeUInt32LE(rate * 2, 28);
  data.writeUInt16LE(2, 32), data.writeUInt16LE(16, 34), data.write("data", 36), data.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++)
    data.writeInt16LE(Math.round(12000 * Math.sin((2 * Math.PI * hertz * i) / rate)), 44 + 2 * i);
  const path = join(mkdtempSync(join(tmpdir(), "treteau-tone-")), `${hertz}.wav`);
  writeFileSync(path, data);
  return path;
}

/**
 * A Chromium of its own process, so that it can have its own microphone. Without devices it is a watcher's: it hides its
 * addresses behind mDNS names, as browsers do that were never granted a camera.
 * @param {{tone?: number, devices?: boolean, flags?: string[], program?: string}} options tone: hertz of the fake microphone
 */
export async function open_chromium({ tone, devices = tone !== undefined, flags = [], program = CHROMIUM } = {}) {
  const fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--auto-select-tab-capture-source-by-title=En salle"];
  const browser = await chromium.launch({
    executablePath: program,
    // playwright would turn the autoplay policy and WebRTC's address hiding off: both stay as people have them
    ignoreDefaultArgs: ["--autoplay-policy=no-user-gesture-required", "--mute-audio"],
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...(devices ? fake : []),
      ...(tone ? [`--use-file-for-fake-audio-capture=${tone_file(tone)}`] : []), ...flags],
  });
  return new ChromiumWindow(browser);
}

export async function open_firefox() {
  const browser = await puppeteer.launch({
    browser: "firefox", executablePath: FIREFOX, headless: true,
    extraPrefsFirefox: {
      "layout.frame_rate": 20, // nobody looks: what windows cost is missing to the media
      "media.navigator.streams.fake": true, "media.navigator.permission.disabled": true,
      "browser.shell.checkDefaultBrowser": false, "datareporting.policy.dataSubmissionEnabled": false, "app.update.enabled": false,
      // puppeteer's profile blocks nothing; people's Firefox blocks sound before a click
      "media.autoplay.default": 1, "media.autoplay.blocking_policy": 0,
    },
  });
  return new FirefoxWindow(browser);
}

class ChromiumWindow {
  constructor(browser) {
    this.browser = browser;
  }

  /** A tab with its own cookies; `script: false` is a browser whose owner has turned scripts off. */
  async tab({ width = 1280, height = 800, locale = "fr-FR", cookies = [], relay = 0, camera = SMALL, raw = true, script = true } = {}) {
    const context = await this.browser.newContext({ viewport: { width, height }, locale, javaScriptEnabled: script });
    await context.addCookies(cookies);
    await context.addInitScript(witness, { relay, camera, raw });
    const page = await context.newPage();
    const debug = await context.newCDPSession(page);
    return new Tab(page, {
      evaluate: (script, arg) => evaluate_quietly(debug, script, arg),
      goto: (url) => page.goto(url, { waitUntil: "domcontentloaded" }),
      reload: () => page.reload({ waitUntil: "domcontentloaded" }),
      close: () => context.close(),
      resize: (w, h) => page.setViewportSize({ width: w, height: h }),
    });
  }

  close() {
    return this.browser.close();
  }
}

class FirefoxWindow {
  constructor(browser) {
    this.browser = browser;
  }

  async tab({ width = 1280, height = 800, cookies = [], relay = 0, camera = SMALL, raw = true } = {}) {
    const context = await this.browser.createBrowserContext();
    const page = await context.newPage();
    calm_down(page);
    await page.setViewport({ width, height });
    await page.evaluateOnNewDocument(witness, { relay, camera, raw });
    for (const { name, value, url } of cookies)
      await context.setCookie({ name, value, domain: new URL(url).hostname, path: "/" });
    return new Tab(page, {
      is_firefox: true,
      evaluate: (script, arg) => page.evaluate(script, arg),
      goto: (url) => page.goto(url, { waitUntil: "domcontentloaded" }),
      reload: () => page.reload({ waitUntil: "domcontentloaded" }),
      close: () => context.close(),
      resize: (w, h) => page.setViewport({ width: w, height: h }),
    });
  }

  close() {
    return this.browser.close();
  }
}

/**
 * Both drivers run scripts as if the person had just clicked, which lets sound start: these do not.
 * @param {import("playwright-core").CDPSession} debug
 */
async function evaluate_quietly(debug, script, arg) {
  const expression = `(${script})(${JSON.stringify(arg) ?? ""})`;
  const { result, exceptionDetails } = await debug.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true, userGesture: false });
  if (exceptionDetails)
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

/** @param {import("puppeteer-core").Page} page */
function calm_down(page) {
  let realm = page.mainFrame().mainRealm().realm;
  while (!Object.hasOwn(realm, "callFunction"))
    realm = Object.getPrototypeOf(realm);
  if (realm.calm)
    return;
  const call = realm.callFunction;
  realm.calm = true;
  realm.callFunction = function (script, wait, options) {
    return call.call(this, script, wait, { ...options, userActivation: false });
  };
}

/**
 * Firefox tells its console of every line that is lost, and the driver takes that for an error of a script: a reset or a
 * refused WebSocket, a media server that is gone. No script threw it, so it has no stack.
 */
const FIREFOX_LOST_LINE = new RegExp("^Error: (?:The connection to wss?:\\S+ was interrupted while the page was loading"
  + "|Firefox can.t establish a connection to the server at wss?:\\S+|WebRTC: ICE failed, [^\\n]*)\\.?$");

/** One page of one person. What differs between the two drivers is in `how`. */
class Tab {
  /** Errors of the page's scripts: no test may leave any. */
  errors = [];

  constructor(page, how) {
    this.page = page;
    this.how = how;
    page.on("pageerror", (error) => {
      const text = String(error.stack ?? error);
      if (!how.is_firefox || !FIREFOX_LOST_LINE.test(text))
        this.errors.push(text);
    });
  }

  goto(url) {
    return this.how.goto(url);
  }

  reload() {
    return this.how.reload();
  }

  resize(width, height) {
    return this.how.resize(width, height);
  }

  close() {
    return this.how.close();
  }

  /** Waits until a function of the page says something true, and returns that. A page being loaded says nothing yet. */
  async until(test, arg, ms = WAIT_MS) {
    const end = performance.now() + ms;
    let problem = "";
    while (performance.now() < end) {
      const value = await this.evaluate(test, arg).catch((error) => void (problem = error.message));
      if (value)
        return value;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const words = await this.evaluate(() => document.body?.innerText?.slice(0, 1500)).catch(() => "");
    throw new Error(`not within ${ms} ms: ${JSON.stringify(arg) ?? ""} ${problem} ${test}\nThe page says: ${words}\n${this.errors.join("\n")}`);
  }

  /** Waits for visible text. */
  sees(text, ms) {
    return this.until((wanted) => document.body.innerText.includes(wanted), text, ms);
  }

  sees_not(text, ms) {
    return this.until((unwanted) => !document.body.innerText.includes(unwanted), text, ms);
  }

  async evaluate(script, arg) {
    let timer;
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`no answer within ${WAIT_MS} ms: ${script}`)), WAIT_MS)));
    return Promise.race([this.how.evaluate(script, arg), late]).finally(() => clearTimeout(timer));
  }

  /** Clicks what a person would find by its words: a button, link, tab or label. */
  async click(words) {
    await this.until(find_control, { words, mark: true });
    await this.page.click("[data-test-found]");
  }

  async fill(selector, text) {
    await this.until((css) => Boolean(document.querySelector(css)), selector);
    await this.page.focus(selector);
    await this.evaluate((css) => (document.querySelector(css).value = ""), selector);
    await this.page.keyboard.type(text);
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  /** Whether such a control is there now. */
  async has(words) {
    return Boolean(await this.evaluate(find_control, { words, mark: false }));
  }
}

/** Runs in the page. */
function find_control({ words, mark }) {
  const scope = document.querySelector("dialog[open]") ?? document;
  const found = [...scope.querySelectorAll("button, a, [role=tab], label, summary, input[type=submit]")].find((one) => {
    const name = one.getAttribute("aria-label") ?? one.innerText ?? one.value ?? "";
    return name.trim().replace(/\s+/g, " ") === words && one.getClientRects().length && !one.disabled;
  });
  if (!found)
    return false;
  if (mark) {
    for (const old of document.querySelectorAll("[data-test-found]"))
      old.removeAttribute("data-test-found");
    found.setAttribute("data-test-found", "");
  }
  return true;
}

/** Why a browser's tests cannot run here, or false: for `skip`. */
export function missing(...names) {
  const absent = names.filter((name) => !{ chromium: CHROMIUM, firefox: FIREFOX }[name]);
  return absent.length ? `${absent.join(", ")} not installed` : false;
}

/** Whether a program of this name can be started. */
export function has_program(name) {
  return spawnSync("which", [name]).status === 0;
}
