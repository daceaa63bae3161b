// The room's client alone, against a room server made of memory (fake_room.mjs): what it does with messages, cuts, clicks.

import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, describe, it } from "node:test";
import { missing, open_chromium } from "./browsers.mjs";
import { FakeRoom } from "./fake_room.mjs";
import { axe_findings, html_findings } from "./findings.mjs";

describe("the room's client", { skip: missing("chromium") }, () => {
  let chromium, room, tabs;

  before(async () => {
    chromium = await open_chromium({ devices: true });
  });
  after(() => chromium?.close());
  beforeEach(async () => {
    room = await FakeRoom.start();
    tabs = [];
  });
  afterEach(async () => {
    for (const tab of tabs) {
      assert.deepEqual(tab.errors, []);
      await tab.close();
    }
    await room.stop();
  });

  /** Someone comes in. */
  async function enter(role, size = {}) {
    const tab = await chromium.tab({ ...size, cookies: [{ name: "as", value: role, url: room.url }] });
    tabs.push(tab);
    await tab.goto(room.url);
    await tab.sees("Raise my hand"); // the room knows who this is: what was said before would be lost
    return tab;
  }

  async function go_on_stage(tab) {
    await tab.click("Go on stage");
    await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await tab.click("Go on stage");
    await tab.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));
  }

  const lines = (tab) => tab.evaluate(() => [...document.querySelectorAll(".lines li")].map((li) => li.lastElementChild.textContent + (li.classList.contains("pending") ? " …" : "")));

  it("lets a guest in without a click, a name or a device", async () => {
    room.add({ name: "Speaker", role: "speaker", stage: 0, mic: true });
    const guest = await enter("guest");
    await guest.sees("Speaker");
    await guest.until(() => globalThis.witness.lock?.released === false); // the machine stays awake
    assert.equal(await guest.evaluate(() => globalThis.witness.wishes.length), 0);
    assert.equal(await guest.evaluate(() => navigator.userActivation.hasBeenActive), false);
  });

  it("sets its clock right by the next answer where the welcome came late", async () => {
    room.late_us = 3600e6;
    const guest = await enter("guest");
    await guest.until(() => document.querySelector(".clock time").textContent === new Intl.DateTimeFormat(document.documentElement.lang,
      { hour: "numeric", minute: "2-digit", timeZone: "Europe/Paris" }).format(Date.now()), undefined, 20000);
  });

  it("asks a guest for a name before a word or a hand", async () => {
    const guest = await enter("guest");
    await guest.click("Raise my hand");
    await guest.until(() => document.activeElement?.id === "my-name");
    await guest.fill("#my-name", "Awa");
    await guest.press("Enter");
    await guest.until(() => document.activeElement?.id === "my-words"); // by keyboard one goes on writing
    await guest.click("Raise my hand");
    await guest.sees("Lower my hand");
    assert.equal(room.people.get(room.hands[0]).name, "Awa");
  });

  it("keeps a message until it is acknowledged, and sends it again with its nonce after a cut", async () => {
    const tab = await enter("attendee");
    room.deaf.add("say");
    await tab.fill("#my-words", "Is it there?");
    await tab.press("Enter");
    await tab.until(() => document.querySelector(".lines .pending"));
    room.deaf.clear();
    room.cut();
    await tab.until(() => document.querySelector(".lines li") && !document.querySelector(".lines .pending"));
    assert.deepEqual(await lines(tab), ["Is it there?"]);
    const nonces = room.received.filter((m) => m.t === "say").map((m) => m.id);
    assert.equal(nonces.length, 2);
    assert.equal(new Set(nonces).size, 1);
  });

  it("shows a line once when its acknowledgement was lost", async () => {
    const tab = await enter("attendee");
    const real = room.on_say;
    room.on_say = (socket, message) => {
      room.tell = () => {};
      const who = room.sockets.get(socket);
      const line = { n: 1, who, name: "x", text: message.text, at_us: Date.now() * 1000, id: message.id };
      room.nonces.set(message.id, line);
      room.chat.push(line);
      delete room.tell;
      room.on_say = real;
      room.cut();
    };
    await tab.fill("#my-words", "Once");
    await tab.press("Enter");
    await tab.until(() => document.querySelector(".lines li:not(.pending)"));
    await tab.until(() => !document.querySelector(".lines .pending"));
    assert.deepEqual(await lines(tab), ["Once"]);
  });

  it("brings the same person back after a reload, a cut and a restart, with what was being typed", async () => {
    const tab = await enter("attendee");
    await tab.click("Raise my hand");
    await tab.sees("Lower my hand");
    const before = [...room.people.keys()];
    await tab.reload();
    await tab.sees("Lower my hand");
    await tab.fill("#my-words", "half a sent");
    const joined = room.received.filter((m) => m.t === "join").length;
    await room.restart();
    await room.hears("join", joined + 1);
    await tab.sees_not("The line to the room is cut");
    assert.equal(await tab.evaluate(() => document.querySelector("#my-words").value), "half a sent");
    assert.deepEqual([...room.people.keys()], before);
    assert.equal(room.received.filter((m) => m.t === "join" && m.key).length, 2);
  });

  it("says nothing before a slow server knows it again, and knows that line for alive", async () => {
    const tab = await enter("attendee");
    await tab.click("Raise my hand");
    await tab.sees("Lower my hand");
    const joined = room.received.filter((m) => m.t === "join").length;
    let welcome;
    room.on_join = (...join) => (welcome = () => FakeRoom.prototype.on_join.apply(room, join));
    room.cut();
    await room.hears("join", joined + 1);
    const pings = room.received.filter((m) => m.t === "ping").length;
    await tab.click("Lower my hand");
    await tab.evaluate(() => dispatchEvent(new Event("online"))); // asks whether the line lives
    await room.hears("ping", pings + 1);
    const since = room.received.slice(room.received.findLastIndex((m) => m.t === "join") + 1);
    assert.deepEqual(since.filter((m) => m.t !== "ping"), []);
    delete room.on_join;
    welcome();
    await tab.sees_not("The line to the room is cut");
    await tab.click("Lower my hand");
    await tab.sees("Raise my hand");
    assert.equal(room.received.filter((m) => m.t === "join").length, joined + 1);
  });

  it("goes on stage with a preview, comes back there after a reload without a click, and leaves", async () => {
    const tab = await enter("speaker");
    await go_on_stage(tab);
    const [me] = room.people.values();
    assert.equal(me.stage, 0);
    await room.hears("state", 1);
    assert.deepEqual([me.mic, me.camera, me.consent], [true, true, false]);
    await tab.reload();
    await room.hears("join", 2);
    await tab.until(() => document.querySelector(".tile video")?.videoWidth > 0);
    const since = room.received.findLastIndex((m) => m.t === "join");
    await room.until(() => room.received.slice(since).some((m) => m.t === "state" && m.mic && m.camera)); // one device may come before the other
    assert.equal(await tab.evaluate(() => document.querySelector("dialog")), null);
    assert.deepEqual([me.stage, me.mic, me.camera], [0, true, true]);
    await tab.click("Leave the stage");
    await tab.sees("Go on stage");
    assert.equal(me.stage, null);
    assert.equal(await tab.evaluate(() => globalThis.witness.connections.filter((pc) => pc.connectionState !== "closed").length), 0);
  });

  it("takes a microphone that is turned off and on again at once for nobody's doing but that person's", async () => {
    const tab = await enter("speaker");
    await go_on_stage(tab);
    const [me] = room.people.values();
    await room.until(() => me.mic && me.camera);
    const told = room.received.filter((m) => m.t === "state").length;
    await tab.evaluate(() => {
      const button = [...document.querySelectorAll(".controls button")].find((one) => one.innerText.trim() === "Microphone");
      button.click();
      button.click();
    });
    await room.hears("state", told + 2);
    room.tell({ t: "said", n: 9, who: 99, name: "Host", text: "I hear you.", at_us: Date.now() * 1000 }); // after what the room told of both
    await tab.sees("I hear you.");
    assert.equal(me.mic, true);
    assert.equal(await tab.has("Microphone"), true);
    assert.doesNotMatch(await tab.evaluate(() => document.body.innerText), /The host turned your microphone off/);
  });

  it("turns the microphone off when the host mutes, says so, and lets it be turned on again", async () => {
    const host = await enter("host"), tab = await enter("speaker");
    await go_on_stage(tab);
    await host.click("What to do with Personne exemple 1");
    await host.click("Turn the microphone off");
    await tab.sees("The host turned your microphone off");
    const me = [...room.people.values()].find((person) => person.role === "speaker");
    assert.equal(me.mic, false);
    await tab.click("Microphone");
    await tab.until(() => document.querySelector('.ctl[aria-keyshortcuts="Alt+Shift+M"][aria-pressed=true]'));
    await room.until(() => room.people.get(me.id).mic); // told by its line
  });

  it("invites an attendee on stage: nothing is sent before a yes, and a no frees the seat", async () => {
    const host = await enter("host"), tab = await enter("attendee");
    await tab.click("Raise my hand");
    await host.click("Hands 1");
    await host.click("Bring Personne exemple 9 on stage");
    await tab.sees("The host invites you on stage.");
    const me = [...room.people.values()].find((person) => person.role === "attendee");
    assert.deepEqual([me.stage, me.mic, me.camera], [0, false, false]);
    assert.equal(await tab.evaluate(() => globalThis.witness.connections.length), 0);
    await tab.click("No, thank you");
    await tab.until(() => !document.querySelector("dialog"));
    await host.sees("Nobody is on stage yet");
    assert.equal(me.stage, null);
  });

  it("stays away after a removal, offers to come back after another tab took over", async () => {
    const host = await enter("host"), tab = await enter("attendee");
    await host.click("People");
    await host.click("What to do with Personne exemple 9");
    await host.click("Remove from the room");
    await host.click("Remove");
    await tab.sees("sortir de la salle");
    assert.equal(await tab.has("Come back here"), false);
    const key = room.received.find((m) => m.t === "join").key;
    assert.equal(key, null);
  });

  it("lets the screen of who is sent out go dark", async () => {
    const guest = await enter("guest");
    await guest.until(() => globalThis.witness.lock?.released === false);
    room.tell({ t: "bye", reason: "removed", text: "A host has asked you to leave." });
    await guest.sees("A host has asked you to leave.");
    await guest.until(() => globalThis.witness.lock.released);
  });

  it("shows the recording to everyone and the replay at the end", async () => {
    const host = await enter("host"), guest = await enter("guest");
    await host.click("Record");
    await guest.sees("Recording");
    await host.click("End the session");
    await host.sees("End the session?");
    await host.click("End the session");
    await guest.sees("Watch the replay");
    await guest.until(() => globalThis.witness.lock.released); // nobody watches any more: the machine may sleep
    assert.equal(await guest.evaluate(() => document.querySelector(".said a").getAttribute("href")), "/demo/talk/ABCDEF/replay/");
  });

  it("works from the keyboard: tabs by arrows, hand by Alt+Shift+H, Escape closes", async () => {
    const tab = await enter("attendee");
    await tab.evaluate(() => document.getElementById("tab-chat").focus());
    await tab.press("ArrowRight");
    assert.equal(await tab.evaluate(() => document.activeElement.id), "tab-hands");
    await tab.sees("No hand is raised.");
    await tab.press("Alt+Shift+h");
    await tab.sees("Your hand is first in the queue.");
    await tab.click("Settings");
    await tab.until(() => document.querySelector("dialog[open]"));
    await tab.press("Escape");
    await tab.until(() => !document.querySelector("dialog"));
  });

  it("lists its keys by ? and by a button, not while one writes, and lets a person turn them off for good", async () => {
    const tab = await enter("attendee"), shown = () => tab.evaluate(() => document.querySelector("dialog[open] h2")?.textContent);
    await tab.press("?");
    await tab.until(() => document.querySelector("dialog[open] h2")?.textContent === "Keyboard shortcuts");
    assert.deepEqual([...(await axe_findings(tab.page)), ...(await html_findings(await tab.page.content()))], []);
    await tab.press("Escape");
    await tab.until(() => !document.querySelector("dialog"));
    await tab.press("Alt+Shift+d");
    await tab.until(() => document.activeElement.matches(".say input"));
    await tab.press("?");
    await tab.until(() => document.activeElement.value === "?");
    assert.equal(await shown(), undefined);
    await tab.click("Keyboard shortcuts");
    await tab.click("Use these keys. Without them everything stays in reach by Tab.");
    await tab.click("Close");
    await tab.until(() => !document.querySelector("[aria-keyshortcuts]"));
    await tab.reload();
    await tab.sees("Raise my hand");
    await tab.press("Alt+Shift+h");
    await tab.press("?");
    await tab.click("Settings"); // by now both would have worked
    await tab.until(() => document.querySelector("dialog[open] h2"));
    assert.equal(await shown(), "Settings");
    assert.deepEqual(room.hands, []);
  });

  it("tells a screen reader what was chosen to be told: a host, of forty who come, ten hands and a word", async () => {
    const tab = await enter("host");
    const listen = () => tab.evaluate(() => {
      globalThis.said = [];
      const place = document.getElementById("announcer");
      new MutationObserver(() => place.textContent && globalThis.said.push(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
    });
    const crowd = (from) => {
      for (let n = from; n < from + 40; n++)
        room.add({ id: 100 + n, name: "Person " + n });
      room.hands = Array.from({ length: 10 }, (_, n) => 100 + from + n);
      room.tell({ t: "hands", list: room.hands });
      room.tell({ t: "said", n: from, who: 100 + from, name: "Awa", text: "hello", at_us: Date.now() * 1000 });
    };
    const choose = async (level) => {
      await tab.click("Settings");
      await tab.page.selectOption("#my-announce", level);
      await tab.press("Escape");
      await tab.until(() => !document.querySelector("dialog"));
    };
    await listen();
    await choose("all");
    crowd(1);
    assert.equal(await tab.until(() => globalThis.said[0]), "10 hands were raised. 40 people came in. Awa: hello");
    await choose("some");
    crowd(101);
    assert.equal(await tab.until(() => globalThis.said[1]), "10 hands were raised. Awa: hello");
    await choose("few");
    crowd(201);
    await tab.sees("Awa", 2000);
    room.tell({ t: "record", on: true, text: null });
    assert.equal(await tab.until(() => globalThis.said[2]), "The session is being recorded.");
    assert.equal(await tab.evaluate(() => globalThis.said.length), 3);
  });

  it("says so when a part of the page does not arrive, goes on, and shows it once it does", async () => {
    room.absent.add("/src/live/settings.js");
    const guest = await enter("guest");
    await guest.click("Settings");
    await guest.sees("A part of this page did not arrive.");
    await guest.until(() => document.getElementById("announcer").textContent.includes("did not arrive"));
    await guest.click("Close this message");
    await guest.sees_not("did not arrive");
    room.absent.clear();
    await guest.until(() => document.querySelector("dialog[open] #my-pictures") !== null, null, 30000);
    guest.errors.length = 0; // the console's word of the script that was not there
  });

  for (const role of ["guest", "host"])
    it(`never has the field of the discussion under the bar at 375 px, nor what has the focus: ${role}`, async () => {
      room.add({ name: "Speaker", role: "speaker", stage: 0, mic: true });
      const tab = await enter(role, { width: 375, height: 700 });
      if (role === "guest") {
        await tab.fill("#my-name", "Awa");
        await tab.press("Enter");
      }
      for (let n = 1; n <= 40; n++)
        room.tell({ t: "said", n, who: 99, name: "Speaker", text: `Line ${n}: long enough to go on in a second line at this width, and in a third`, at_us: Date.now() * 1000 });
      await tab.sees("Line 40");
      const places = await tab.evaluate(() => {
        const found = [], box = (css) => document.querySelector(css).getBoundingClientRect();
        for (let y = 0; y < document.documentElement.scrollHeight - innerHeight + 20; y += 20) {
          scrollTo(0, y);
          const field = box(".say input"), bar = box(".controls"), tabs = box(".panel .tabs");
          if (tabs.bottom <= bar.top)
            found.push({ y: scrollY, above: Math.round(bar.top - field.bottom), seen: document.elementFromPoint(field.left + 20, field.top + field.height / 2)?.closest(".say, .tabs") !== null });
        }
        return found;
      });
      assert.ok(places.length > 50, `${places.length} places`);
      assert.deepEqual(places.filter(({ above, seen }) => above < 0 || !seen), []);
      await tab.evaluate(() => scrollTo(0, 0));
      for (let presses = 0; presses < 60; presses++) {
        await tab.press("Tab");
        const under = await tab.evaluate(() => {
          const one = document.activeElement, bar = document.querySelector(".controls"), form = document.querySelector(".say");
          if (bar.contains(one) || form.contains(one) || !one.matches("button, a, select"))
            return "";
          const { bottom, top } = one.getBoundingClientRect(), free = Math.min(bar.getBoundingClientRect().top, form.getBoundingClientRect().top);
          return top < free && bottom > free + 1 ? `${one.textContent} ${bottom} ${free}` : "";
        });
        assert.equal(under, "");
      }
    });

  it("does not flood a screen reader: fifty lines at once are said in few sentences", async () => {
    const tab = await enter("attendee");
    await tab.evaluate(() => {
      globalThis.said = [];
      const place = document.getElementById("announcer");
      new MutationObserver(() => place.textContent && globalThis.said.push(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
    });
    for (let n = 1; n <= 50; n++)
      room.tell({ t: "said", n, who: 99, name: "Awa", text: "line " + n, at_us: Date.now() * 1000 });
    await tab.until(() => document.querySelectorAll(".lines li").length === 50);
    await tab.until(() => globalThis.said.length > 0);
    const said = await tab.evaluate(() => globalThis.said);
    assert.ok(said.length <= 2, said.join(" | "));
    assert.match(said.at(-1), /new messages/);
  });

  // On a phone as tall as the page: what the bar below covers can be scrolled to, which axe does not know.
  for (const [width, height] of [[375, 2400], [1280, 800]])
    it(`has no finding of axe or html-validate at ${width} px, empty, full and with a dialog`, async () => {
      const tab = await enter("host", { width, height });
      const findings = async (where) => {
        const found = [...(await axe_findings(tab.page)), ...(await html_findings(await tab.page.content()))];
        assert.deepEqual(found, [], where);
      };
      await findings("empty");
      await go_on_stage(tab);
      for (let i = 1; i < 12; i++)
        room.add({ name: "Person " + i, role: "speaker", stage: i, mic: i % 2 === 0 });
      room.hands = [2, 3];
      room.tell({ t: "hands", list: [2, 3] });
      room.tell({ t: "speaking", list: [2] });
      room.tell({ t: "onair", who: 2, what: "loudest" });
      room.tell({ t: "record", on: true, text: "Only the poster." });
      room.tell({ t: "said", n: 1, who: 2, name: "Person 1", text: "Hello", at_us: Date.now() * 1000 });
      await tab.sees("Hello");
      await findings("full");
      await tab.click("Hands 2");
      await findings("hands");
      await tab.click("People");
      await findings("people");
      await tab.click("What to do with Person 1");
      await findings("a person's dialog");
      await tab.click("Close");
      await tab.click("Settings");
      await findings("settings");
      assert.ok((await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    });
});
