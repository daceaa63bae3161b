// The main job end to end, in real browsers and through pages alone: an organiser signs in, makes an event, imports and
// publishes a programme; an attendee registers and follows the mail's link; two on stage, three watching, one of them
// Firefox; words, hands, mute; a restart in the middle; the end; the replay in both browsers.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { run, start } from "../http/support.mjs";
import { measured } from "../support/measure.mjs";
import { scheduleXml } from "../support/sample.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { assert_smooth, connections_made, free_port, hears, open_relay, sees_pictures } from "./watch.mjs";

const CLEAN_MS = 10000, LOSSY_MS = 30000, LATE_MS = 10000; // how long frames are counted; in how long two may be late
const PLAYS_MS = 5000, DURATION_S = 2; // of the replay: how soon after the end, how near to what was recorded
const HOST_TONE = 500, GUEST_TONE = 1200;
const CONSENT = "My picture and my voice may be recorded and published. I can take this back at any time; without it I am seen and heard live only.";

describe("a session from the import to the replay", { skip: missing("chromium", "firefox") }, () => {
  const windows = [], watchers = {};
  let server, relay, media_port, host, guest, room_url, recording_since, interrupted_s;

  before(async () => {
    media_port = await free_port();
    server = await start({ args: ["--media-port", String(media_port)] });
    relay = await open_relay(media_port);
  });
  after(async () => {
    for (const one of windows)
      await one.close().catch(() => {});
    relay?.close();
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  async function open(opener, options) {
    const one = await opener(options);
    windows.push(one);
    return one;
  }

  /** Presses the main button of a page of forms and waits for the page that answers. */
  async function press(tab, words) {
    await Promise.all([tab.page.waitForNavigation(), tab.click(words)]);
  }

  it("lets the organiser in by a link, make an event, import a programme and publish it", async () => {
    const window = await open(open_chromium, { tone: HOST_TONE });
    host = await window.tab({ locale: "en-GB" });
    const link = (await run("link", "organiser@example.org", "--data", server.folder, "--origin", server.origin)).stdout.trim();
    await host.goto(link);
    await press(host, "Enter");
    const now = Date.now(), start = new Date(now - 10 * 60e3); // which may be yesterday
    const [first_day, last_day] = [start, new Date(now + 864e5)].map((day) => day.toISOString().slice(0, 10));
    await host.goto(server.origin + "/admin/events/new/");
    for (const [name, value] of Object.entries({ slug: "story", title: "An open day", first_day, last_day, zone: "UTC" }))
      await host.page.fill(`[name=${name}]`, value);
    await Promise.all([host.page.waitForNavigation(), host.page.click("main form [type=submit]")]);
    const file = path.join(server.folder, "programme.xml");
    await writeFile(file, scheduleXml("An open day", [
      { title: "The session of this story", room: "Scene", start, minutes: 90, persons: ["Person One"] },
    ]));
    await host.goto(server.origin + "/story/organise/import/");
    await host.page.setInputFiles("#file", file);
    await press(host, "Import at once");
    await host.sees("Imported.");
    const stranger = await window.tab({ locale: "en-GB" });
    assert.equal((await stranger.page.goto(server.origin + "/story/")).status(), 404, "hidden until it is published");
    await host.goto(server.origin + "/story/organise/");
    await press(host, "Publish");
    await host.sees("Published");
    assert.equal((await stranger.page.goto(server.origin + "/story/schedule/")).status(), 200);
    await stranger.sees("The session of this story");
    await stranger.close();
  });

  it("lets an attendee register and enter the room by the mail's link, in two clicks", async () => {
    const window = await open(open_chromium, { tone: GUEST_TONE });
    guest = await window.tab({ locale: "en-GB" });
    await guest.goto(server.origin + "/story/register/");
    await guest.page.fill("[name=name]", "Awa Exemple");
    await guest.page.fill("[name=email]", "awa@example.org");
    await press(guest, "Register me");
    await guest.goto(server.origin + "/demo/mail");
    await guest.page.click("main .rows a");
    await guest.page.waitForSelector("pre.letter");
    const link = await guest.until(() => [...document.querySelectorAll("pre.letter a")].map((a) => a.href).find((href) => href.includes("/sign-in/link/")));
    await guest.goto(link);
    await press(guest, "Enter");
    if (!guest.page.url().includes("/live/"))
      await press(guest, "Enter now");
    room_url = server.origin + "/story/live/scene/";
    assert.equal(guest.page.url(), room_url);
    await guest.sees("Raise my hand");
  });

  /** Consents and goes on stage; `tab` has its preview dialog open. */
  async function confirm_stage(tab) {
    await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await tab.click(CONSENT);
    await tab.click("Go on stage");
    await tab.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));
  }

  it("brings two on stage, one by a raised hand, and shows both to three watchers within seconds", async () => {
    await host.goto(room_url);
    await host.click("Go on stage");
    await confirm_stage(host);
    const chromium = await open(open_chromium), firefox = await open(open_firefox);
    watchers.one = await chromium.tab({ locale: "en-GB", relay: relay.port });
    watchers.two = await chromium.tab({ locale: "en-GB", relay: relay.port });
    watchers.firefox = await firefox.tab({ relay: relay.port });
    for (const tab of Object.values(watchers))
      await tab.goto(room_url);
    await guest.click("Raise my hand");
    await host.click("Hands 1");
    await host.click("Bring Awa Exemple on stage");
    await guest.sees("The host invites you on stage.");
    await confirm_stage(guest);
    for (const tab of Object.values(watchers)) {
      await sees_pictures(tab, ["v0", "v1"]);
      assert.equal(await tab.evaluate(() => globalThis.witness.wishes.length), 0);
    }
    await sees_pictures(host, ["v1"]);
    await sees_pictures(guest, ["v0"]);
    const own_addresses = await watchers.one.evaluate(async () => [...(await globalThis.witness.connections.at(-1).getStats()).values()]
      .filter((stat) => stat.type === "local-candidate" && stat.candidateType === "host").map((stat) => stat.address));
    assert.ok(own_addresses.every((address) => !address || address.endsWith(".local")), `${own_addresses}: a watcher's browser hides its addresses`);
  });

  it("plays each speaker's own tone to each watcher after the one large button", async () => {
    for (const tab of Object.values(watchers)) {
      await tab.click("Turn on the sound");
      await hears(tab, { a0: HOST_TONE, a1: GUEST_TONE });
    }
  });

  it("is decoded whole on a good line", async () => {
    await assert_smooth(watchers, { v0: host, v1: guest }, CLEAN_MS, LATE_MS);
  });

  it("is decoded at 90 % and more over 30 s with 5 % loss", async () => {
    relay.tell("loss 5");
    await assert_smooth(watchers, { v0: host, v1: guest }, LOSSY_MS, LATE_MS).finally(() => relay.tell("loss 0"));
  });

  it("carries words in order to everyone, and mutes at the host's word", async () => {
    await host.click("Discussion");
    await host.fill("#my-name", "The organiser"); // an account made from an address has none yet
    await host.press("Enter");
    await host.fill("#my-words", "Welcome to all");
    await host.press("Enter");
    for (const tab of [guest, ...Object.values(watchers)])
      await tab.sees("Welcome to all");
    await host.click("What to do with Awa Exemple");
    await host.click("Turn the microphone off");
    await guest.sees("The host turned your microphone off");
    await hears(watchers.one, { a0: HOST_TONE, a1: 0 });
    await guest.click("Microphone");
    await hears(watchers.one, { a0: HOST_TONE, a1: GUEST_TONE });
  });

  it("is recorded, and everyone sees that", async () => {
    await host.click("Record");
    for (const tab of [guest, ...Object.values(watchers)])
      await tab.sees("Recording");
    recording_since = performance.now();
  });

  it("brings everyone back within seconds after a restart of the server, without a click", async () => {
    const { folder } = server, port = new URL(server.origin).port;
    interrupted_s = 0;
    await measured(async () => { // 3 s on an idle machine; this one runs six browsers
      const made = await Promise.all(Object.values(watchers).map(connections_made));
      const stopped_at = performance.now();
      await server.stop({ keep: true });
      server = await start({ folder, args: ["--port", port, "--media-port", String(media_port)] });
      const since = performance.now();
      interrupted_s += (since - stopped_at) / 1000;
      await Promise.all(Object.values(watchers).map((tab, n) => sees_pictures(tab, ["v0", "v1"], { made: made[n] })));
      const back_ms = Math.round(performance.now() - since);
      console.log(`pictures back ${back_ms} ms after the server`);
      return back_ms;
    }, (back_ms) => back_ms < 8000);
    await sees_pictures(guest, ["v0"]);
    await sees_pictures(host, ["v1"]);
    for (const tab of Object.values(watchers)) {
      await hears(tab, { a0: HOST_TONE, a1: GUEST_TONE });
      assert.ok((await tab.evaluate(() => document.body.innerText)).includes("Welcome to all"), "the discussion is whole");
    }
    await host.sees("Recording");
  });

  it("is back at once after a reload: picture and words by themselves, sound by the button where it was refused", async () => {
    const tab = watchers.one;
    await tab.reload();
    await sees_pictures(tab, ["v0", "v1"]);
    await tab.sees("Welcome to all");
    await tab.click("Turn on the sound");
    await hears(tab, { a0: HOST_TONE, a1: GUEST_TONE });
  });

  /** Goes to the replay and starts it as a person does; how long after the end a picture moves. */
  async function play_replay(tab, address, ended_at) {
    await tab.goto(address);
    await tab.until(() => Boolean(document.querySelector("video")));
    await tab.page.click("video"); // a person starts it: sound needs a click
    await tab.evaluate(() => void document.querySelector("video").play().catch(() => {}));
    await tab.until(() => document.querySelector("video").currentTime > 0.3 && document.querySelector("video").videoWidth > 0);
    return performance.now() - ended_at;
  }

  it("takes one off stage, ends, and plays the replay in both browsers within 5 s", async () => {
    await host.click("What to do with Awa Exemple");
    await host.click("Take off stage");
    await guest.sees("You are no longer on stage.");
    await host.click("End the session");
    await host.sees("End the session?");
    const length_s = (performance.now() - recording_since) / 1000;
    await host.click("End the session");
    const ended_at = performance.now();
    await watchers.two.sees("Watch the replay");
    const replay = await watchers.two.evaluate(() => document.querySelector(".said a").href);
    const watched = { chromium: watchers.two, firefox: watchers.firefox };
    const plays_ms = await Promise.all(Object.values(watched).map((tab) => play_replay(tab, replay, ended_at)));
    console.log(`the replay plays ${plays_ms.map(Math.round)} ms after the end`);
    for (const ms of plays_ms)
      assert.ok(ms < PLAYS_MS, `${plays_ms} ms after the end`);
    for (const tab of Object.values(watched)) {
      const duration = await tab.evaluate(() => document.querySelector("video").duration);
      console.log(`${duration.toFixed(1)} s of ${length_s.toFixed(1)} s, of which the server was away for ${interrupted_s.toFixed(1)} s`);
      assert.ok(Math.abs(duration - (length_s - interrupted_s)) < DURATION_S, `${duration} s`);
      await tab.evaluate((middle) => (document.querySelector("video").currentTime = middle), duration / 2);
      await tab.until((middle) => !document.querySelector("video").seeking && document.querySelector("video").currentTime > middle + 0.2, duration / 2);
      await tab.sees("Person One");
      await tab.sees("CC BY-SA 4.0");
    }
  });

  it("left no error in any page", () => {
    for (const [name, tab] of Object.entries({ host, guest, ...watchers }))
      assert.deepEqual(tab.errors, [], name);
  });
});
