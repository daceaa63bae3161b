// The room's client and the SFU, without the rest of the server: Chromium and Firefox on stage and watching.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { FakeRoom } from "./fake_room.mjs";
import { assert_smooth, connections_made, free_port, has_devices, hears, open_relay, sees_pictures, unplug } from "./watch.mjs";

describe("the room's media", { skip: missing("chromium", "firefox") }, () => {
  let host_browser, speaker_browser, chromium, firefox, room, relay;
  const tabs = [];

  before(async () => {
    const port = await free_port();
    room = await FakeRoom.start({ media: true, media_args: ["--port", String(port)] });
    relay = await open_relay(port);
    host_browser = await open_chromium({ tone: 500 });
    speaker_browser = await open_chromium({ tone: 1200 });
    chromium = await open_chromium();
    firefox = await open_firefox();
  });
  after(async () => {
    for (const browser of [host_browser, speaker_browser, chromium, firefox])
      await browser?.close();
    relay?.close();
    await room?.stop();
  });
  afterEach(() => {
    for (const tab of tabs)
      assert.deepEqual(tab.errors.splice(0), []);
  });

  async function enter(browser, role, relay = 0) {
    const tab = await browser.tab({ relay, cookies: [{ name: "as", value: role, url: room.url }] });
    tabs.push(tab);
    await tab.goto(room.url);
    await tab.sees("Settings");
    return tab;
  }

  async function go_on_stage(tab) {
    await tab.click("Go on stage");
    await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await tab.click("Go on stage");
    await tab.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));
  }

  let host, speaker, watcher, fox;

  it("carries two on stage to two watchers who asked for no device and clicked nothing", async () => {
    watcher = await enter(chromium, "guest", relay.port);
    host = await enter(host_browser, "host");
    await go_on_stage(host);
    speaker = await enter(speaker_browser, "speaker");
    await go_on_stage(speaker);
    await sees_pictures(watcher, ["v0", "v1"]);
    assert.equal(await watcher.evaluate(() => navigator.userActivation.hasBeenActive), false);
    assert.equal(await watcher.evaluate(() => globalThis.witness.wishes.length), 0);
    await sees_pictures(host, ["v1"]);
    await sees_pictures(speaker, ["v0"]);
  });

  /** Runs in the page: whether its browser believes, by the server's transport-wide feedback, that its line carries so much. */
  async function line_carries(bit_s) {
    const pc = globalThis.witness.connections.findLast((one) => one.getTransceivers().some((line) => line.direction === "sendonly"));
    const told = /^a=rtcp-fb:\d+ transport-cc/m.test(pc.remoteDescription.sdp);
    return told && [...(await pc.getStats()).values()].some((stat) => stat.availableOutgoingBitrate >= bit_s);
  }

  it("lets each on stage find a megabit a second within 10 s", async () => {
    const found = async (tab) => tab.until(line_carries, 1_000_000, 10000);
    for (const tab of [host, speaker])
      await found(tab).catch(async () => { // Chromium looks once, by a burst, when it comes on stage: a busy machine may have spoilt that one
        await tab.click("Leave the stage");
        await go_on_stage(tab);
        await found(tab);
      });
  });

  it("says with one button that the browser refused sound, and plays each speaker's tone after it", async () => {
    await watcher.click("Turn on the sound");
    await watcher.sees_not("Turn on the sound");
    await hears(watcher, { a0: 500, a1: 1200 });
  });

  /** Which of the five senders of the host carry a track: microphone, camera, its VP8 copy, screen, its VP8 copy. */
  const senders = () => host.evaluate(() => globalThis.witness.connections.findLast((pc) => pc.getTransceivers().some((one) => one.direction === "sendonly"))
    .getTransceivers().map((one) => Boolean(one.sender.track)));

  it("sends a small VP8 copy while Firefox watches", async () => {
    assert.deepEqual(await senders(), [true, true, false, false, false]);
    fox = await enter(firefox, "guest", relay.port);
    const seen = await sees_pictures(fox, ["v0", "v1"]);
    assert.equal(seen.v0.codec, "video/VP8");
    assert.deepEqual(await senders(), [true, true, true, false, false]);
    await fox.click("Turn on the sound");
    await hears(fox, { a0: 500, a1: 1200 });
  });

  it("decodes at least 90 % of what was sent", async () => {
    await assert_smooth({ watcher, fox }, { v0: host, v1: speaker }, 8000, 8000);
  });

  it("decodes at least 90 % also with 5 % loss", async () => {
    relay.tell("loss 5"); // over 16 s: in less, one picture in a hundred and twenty decides
    await assert_smooth({ watcher, fox }, { v0: host, v1: speaker }, 16000, 8000).finally(() => relay.tell("loss 0"));
  });

  it("finds picture and sound again by itself after the SFU was restarted", async () => {
    const made = await Promise.all([watcher, fox].map(connections_made));
    await room.restart_media();
    await room.restart();
    await sees_pictures(watcher, ["v0", "v1"], { made: made[0] });
    await sees_pictures(fox, ["v0", "v1"], { made: made[1] });
    await hears(watcher, { a0: 500, a1: 1200 });
  });

  it("shares a screen to everyone, in H.264 and in VP8, and stops", async () => {
    await host.click("Screen");
    for (const tab of [watcher, fox]) {
      await tab.sees("Screen of Animatrice exemple");
      await sees_pictures(tab, ["s"]);
    }
    await host.click("Screen");
    await watcher.sees_not("Screen of Animatrice exemple");
    await sees_pictures(watcher, ["v0", "v1"]);
  });

  it("goes on by another microphone where one is unplugged, and by no other camera; says which, and what to do", async () => {
    await has_devices(host, false);
    await unplug(host, "audio");
    await host.sees("Your microphone is gone. Plug it in again");
    await hears(watcher, { a0: 0, a1: 1200 });
    await has_devices(host, true);
    await host.click("Microphone");
    await host.sees_not("Your microphone is gone.");
    const is_on = (words) => speaker.evaluate((words) => [...document.querySelectorAll(".controls button")].find((one) => one.innerText.trim() === words).ariaPressed, words);
    await unplug(speaker, "audio");
    await speaker.sees("takes its place.");
    await hears(watcher, { a0: 500, a1: 1200 });
    await has_devices(speaker, false);
    await unplug(speaker, "audio");
    await speaker.sees("Your microphone is gone. Plug it in again");
    await hears(watcher, { a0: 500, a1: 0 });
    await speaker.click("Microphone");
    await speaker.sees("No microphone was found.");
    assert.equal(await is_on("Microphone"), "false");
    await has_devices(speaker, true);
    await unplug(speaker, "video");
    await speaker.sees("Your camera is gone.");
    assert.equal(await is_on("Camera"), "false");
    await speaker.click("Microphone");
    await speaker.click("Camera");
    await sees_pictures(watcher, ["v1"]);
    await hears(watcher, { a0: 500, a1: 1200 });
  });

  it("tells who speaks into a microphone that is off, and listens no longer than that person is on stage", async () => {
    await has_devices(speaker, false);
    await unplug(speaker, "audio");
    await speaker.sees("Your microphone is gone. Plug it in again");
    await has_devices(speaker, true);
    await speaker.evaluate(() => { // a voice that can pause
      const sound = new AudioContext(), tone = new OscillatorNode(sound, { frequency: 300 }), to = sound.createMediaStreamDestination();
      const media = navigator.mediaDevices, ask = media.getUserMedia, clone = MediaStreamTrack.prototype.clone;
      Object.assign(globalThis, { volume: new GainNode(sound, { gain: 0 }), clones: [] });
      tone.connect(globalThis.volume).connect(to);
      tone.start();
      media.getUserMedia = (wish) => (wish.audio ? Promise.resolve(to.stream) : ask(wish));
      MediaStreamTrack.prototype.clone = function () {
        globalThis.clones.push(clone.call(this));
        return globalThis.clones.at(-1);
      };
    });
    await speaker.click("Microphone");
    await speaker.sees_not("Your microphone is gone.");
    await speaker.click("Microphone");
    await speaker.until(() => globalThis.clones.length === 1);
    await speaker.evaluate(() => setTimeout(() => (globalThis.volume.gain.value = 0.5), 1000)); // after a pause
    await speaker.sees("You speak, but your microphone is off");
    await hears(watcher, { a0: 500, a1: 0 });
    await speaker.click("Microphone");
    await speaker.sees_not("You speak, but your microphone is off");
    await hears(watcher, { a0: 500, a1: 300 });
    await speaker.click("Microphone");
    await speaker.until(() => globalThis.clones.length === 2);
  });

  it("goes on for everyone when one of them leaves the stage", async () => {
    await speaker.click("Leave the stage");
    await host.until(() => document.querySelectorAll(".tile").length === 1);
    await speaker.until(() => globalThis.clones.every((track) => track.readyState === "ended")); // no light of a microphone stays on
    await sees_pictures(watcher, ["v0"]);
    await sees_pictures(fox, ["v0"]);
    await hears(watcher, { a0: 500, a1: 0 });
  });

  it("turns off again what was allowed after the person had changed their mind", async () => {
    await has_devices(speaker, true);
    await speaker.evaluate(() => {
      const media = navigator.mediaDevices, ask = media.getUserMedia;
      Object.assign(globalThis, { asked: [], given: [] });
      media.getUserMedia = async (wish) => {
        await new Promise((allow) => globalThis.asked.push(allow));
        const stream = await ask(wish);
        globalThis.given.push(...stream.getTracks());
        return stream;
      };
    });
    await speaker.click("Go on stage");
    await speaker.until(() => globalThis.asked.length === 2);
    await speaker.click("Cancel");
    await speaker.evaluate(() => globalThis.asked.forEach((allow) => allow()));
    await speaker.until(() => globalThis.given.length === 2 && globalThis.given.every((track) => track.readyState === "ended"));
  });

  it("lets be heard whose microphone was allowed only after going on stage", async () => {
    await speaker.evaluate(() => (globalThis.asked.length = 0));
    await speaker.click("Go on stage");
    await speaker.until(() => globalThis.asked.length === 2);
    await speaker.evaluate(() => globalThis.asked[1]()); // the camera
    await speaker.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await speaker.click("Go on stage");
    await speaker.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));
    await speaker.evaluate(() => globalThis.asked[0]());
    await hears(watcher, { a0: 500, a1: 1200 });
    await speaker.click("Leave the stage");
    await host.until(() => document.querySelectorAll(".tile").length === 1);
  });

  it("takes the VP8 copy away when nobody needs it any more", async () => {
    await fox.close();
    const copy_gone = () => globalThis.witness.connections.findLast((pc) => pc.getTransceivers().some((one) => one.direction === "sendonly"))
      .getTransceivers()[2].sender.track === null;
    await host.until(copy_gone, undefined, 30000);
    assert.deepEqual(await senders(), [true, true, false, false, false]);
  });
});
