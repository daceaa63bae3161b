// The page of a workshop against a room made of memory: who waits, and thirty in the gallery, at both widths.

import assert from "node:assert/strict";
import path from "node:path";
import { after, before, beforeEach, afterEach, describe, it } from "node:test";
import { missing, open_chromium } from "./browsers.mjs";
import { FakeRoom } from "./fake_room.mjs";
import { axe_findings } from "./findings.mjs";

const SEATS = 30;
const SHOTS = process.env.TRETEAU_SHOTS; // a folder, to look at them

describe("a workshop's page", { skip: missing("chromium") }, () => {
  let chromium, room, tab;

  before(async () => {
    chromium = await open_chromium({ devices: true });
  });
  after(() => chromium?.close());
  beforeEach(async () => {
    room = await FakeRoom.start();
    room.place.kind = "workshop";
    tab = null;
  });
  afterEach(async () => {
    assert.deepEqual(tab.errors, []);
    await tab.close();
    await room.stop();
  });

  async function enter(role) {
    tab = await chromium.tab({ cookies: [{ name: "as", value: role, url: room.url }] });
    await tab.goto(room.url);
    await tab.sees("Raise my hand");
  }

  const shot = (name) => SHOTS && tab.page.screenshot({ path: path.join(SHOTS, name + ".png") });
  const boxes = () => tab.evaluate(() => [...document.querySelectorAll(".cast .tile")].map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return { who: Number(one.dataset.who), x, y, width, height };
  }));

  it("shows thirty at once, who speaks larger, the others alike", async () => {
    for (let seat = 0; seat < SEATS; seat++)
      room.add({ name: `Person ${seat + 1}`, role: "attendee", stage: seat, mic: seat % 3 > 0 });
    room.state.seats = SEATS;
    room.state.onair = { who: 7, what: "loudest" };
    await enter("guest");
    await tab.sees("Person 30");
    await shot("gallery-1280");
    const wide = await boxes(), lead = wide.find(({ who }) => who === 7), others = wide.filter(({ who }) => who !== 7);
    assert.equal(wide.length, SEATS);
    assert.ok(wide.every(({ y, height }) => y >= 0 && y + height <= 800), "all in sight without scrolling");
    for (const one of others)
      assert.ok(lead.width * lead.height > 3.5 * one.width * one.height, JSON.stringify([lead, one]));
    assert.ok(others.every(({ width }) => Math.abs(width - others[0].width) < 2));
    assert.deepEqual(await axe_findings(tab.page), []);
    room.tell({ t: "onair", who: 9, what: "loudest" });
    await tab.until(() => document.querySelector(".tile.lead")?.dataset.who === "9");
    await tab.resize(375, 800);
    await shot("gallery-375");
    const narrow = await boxes();
    assert.ok(narrow.every(({ x, width }) => x >= 0 && x + width <= 375), "nothing beside the page");
    assert.ok(narrow.find(({ who }) => who === 9).width > 1.8 * narrow[0].width);
    assert.deepEqual(await axe_findings(tab.page), []);
  });

  it("has no larger one among four, nor where oneself speaks", async () => {
    for (let seat = 0; seat < 4; seat++)
      room.add({ name: `Person ${seat + 1}`, role: "attendee", stage: seat });
    room.state.onair = { who: 2, what: "loudest" };
    await enter("attendee");
    await tab.sees("Person 4");
    const four = await boxes();
    assert.ok(four.every(({ width }) => Math.abs(width - four[0].width) < 2));
    await shot("gallery-four");
    for (let seat = 4; seat < 7; seat++)
      room.add({ name: `Person ${seat + 1}`, role: "attendee", stage: seat });
    await tab.until(() => document.querySelector(".tile.lead")?.dataset.who === "2");
    const mine = [...room.people.values()].find((one) => one.role === "attendee" && one.name.startsWith("Personne")).id;
    room.tell({ t: "onair", who: mine, what: "loudest" });
    await tab.sees("Person 7");
    assert.equal(await tab.evaluate(() => document.querySelector(".tile.lead")?.dataset.who), "2");
  });

  it("lets a host see who waits, and let them in by the keyboard", async () => {
    room.state.door = "lobby";
    await enter("host");
    room.tell({ t: "lobby", list: [{ id: 90, name: "Ana", role: "guest" }, { id: 91, name: "", role: "guest" }] });
    await tab.sees("Waiting to be let in: Ana et Guest 91.");
    await tab.click("See who");
    await tab.sees("Waiting: 2");
    await shot("lobby-host-1280");
    assert.deepEqual(await axe_findings(tab.page), []);
    await tab.page.focus("[aria-label='Let in Ana']");
    await tab.press("Enter");
    await room.hears("admit", 1);
    assert.deepEqual(room.received.find((m) => m.t === "admit"), { t: "admit", who: 90 });
    await tab.page.selectOption("#my-door", "locked");
    await room.hears("door", 1);
    assert.deepEqual(room.received.find((m) => m.t === "door"), { t: "door", door: "locked" });
    room.tell({ t: "door", door: "rehearsal" });
    await tab.sees("Rehearsal.");
    await tab.resize(375, 800);
    await shot("rehearsal-host-375");
    assert.deepEqual(await axe_findings(tab.page), []);
    await tab.click("Open the room");
    await room.hears("door", 2);
    assert.deepEqual(room.received.filter((m) => m.t === "door").at(-1), { t: "door", door: "open" });
  });

  it("tells who waits when the room opens, and that a rehearsal is on", async () => {
    await enter("guest");
    const start_us = Date.now() * 1000 + 600e6;
    room.tell({ t: "waiting", me: { id: 1, key: "k", role: "guest", name: "" }, room: room.place, talk: { code: "A", title: "Demain", start_us, end_us: start_us + 1 }, door: "rehearsal", now_us: Date.now() * 1000 });
    await tab.until(() => /^The room opens at \d/.test(document.querySelector(".lobby h2")?.textContent ?? ""));
    await shot("waiting-1280");
    await tab.resize(375, 800);
    await shot("waiting-375");
    assert.deepEqual(await axe_findings(tab.page), []);
    await tab.fill("#my-name", "Zoé");
    await tab.press("Enter");
    await room.hears("name", 1);
    assert.deepEqual(room.received.find((m) => m.t === "name"), { t: "name", name: "Zoé" });
  });
});
