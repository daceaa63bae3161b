// A round table: a host, four speakers (one in a browser, three without a camera), a sign-language interpreter, a captioner, forty
// who watch, and a hall with a projector and two phones, one of them without script. One queue of hands, a question, a poll, a shared
// screen, slides; then the power fails in the midst, and all that was there is there, counted before and after. Browsers as people have them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { build, start } from "../http/support.mjs";
import { measured } from "../support/measure.mjs";
import { Page } from "../support/page.mjs";
import { talk_pdf } from "../support/pdf.mjs";
import { insert, makeWorld } from "../support/world.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { axe_findings } from "./findings.mjs";
import { connections_made, hears, sees_pictures } from "./watch.mjs";

const ANA_TONE = 500, WATCHERS = 40, BACK_MS = 30000; // three browsers on two cores
const TINY = { width: 320, height: 180, frameRate: 8 };
/** account of the sample world → what they are called here; those of `SPEAKERS` are speakers of the event. */
const NAMES = { "host@ours": "Ada", "speaker@ours": "Ana", "attendee@ours": "Bo", "read-only@ours": "Cy", "check-in@ours": "Dee", "programme@ours": "Inès", "captioner@ours": "Max" };
const SPEAKERS = ["attendee@ours", "read-only@ours", "check-in@ours", "programme@ours"], WITHOUT_CAMERA = SPEAKERS.slice(0, 3);
const CAMERAS = ["v0", "v1", "v2"]; // Ada's, Ana's and Inès's

describe("a round table", { skip: missing("chromium") }, () => {
  const windows = [], place = { slug: "ours", room: "stage-ours" }, tabs = {};
  let world, url, watchers, plain_speakers, count, question;

  before(async () => {
    world = await makeWorld({ events: { ours: true }, fill: (db, event, accounts) => {
      for (const [key, name] of Object.entries(NAMES))
        db.prepare("UPDATE account SET name = ? WHERE id = ?").run(name, accounts.get(key).id);
      for (const key of SPEAKERS)
        insert(db, "role", { account_id: accounts.get(key).id, event_id: event.id, role: "speaker" });
    } });
    await world.takeToken();
    url = `${world.server.origin}/ours/live/stage-ours/`;
    const share = ["--auto-select-tab-capture-source-by-title=Now ours"];
    const [lead, one, hall] = await Promise.all([open_chromium({ devices: true }), open_chromium({ tone: ANA_TONE, flags: share }), open_chromium()]);
    windows.push(lead, one, hall);
    const enter = async (name, window, account, more = {}) => {
      const tab = (tabs[name] = await window.tab({ locale: "en-GB", camera: TINY, ...more, cookies: account ? [{ name: "session", value: world.accounts.get(account).cookie, url: world.server.origin }] : [] }));
      await tab.goto(url);
      await tab.until(() => document.querySelector(".controls .end") !== null, undefined, BACK_MS);
    };
    await Promise.all([enter("ada", lead, "host@ours"), enter("ana", one, "speaker@ours"), enter("home", hall, null, { width: 375, locale: "fr-FR" })]);
    for (const [name, account] of [["ines", "programme@ours"], ["max", "captioner@ours"]]) {
      await enter(name, lead, account);
      await tabs[name].click("Sound only");
    }
    plain_speakers = await Promise.all(WITHOUT_CAMERA.map((account) => Page.join(world.server, place, "", { client: client_of(account), deadline_ms: 20000 })));
    watchers = await Promise.all(Array.from({ length: WATCHERS }, (_, n) => Page.join(world.server, place, `Watcher ${n + 1}`, { deadline_ms: 20000 })));
    const made = await world.send("POST", "/ours/organise/halls/", { who: "organiser@ours", form: { csrf: world.token, room: "stage-ours", name: "Village hall" } });
    tabs.projector = await hall.tab({ locale: "en-GB", width: 1280, height: 720 });
    await tabs.projector.goto(/href="([^"]+\/screen\/\?key=[^"]+)"/.exec(made.body)[1]);
    tabs.plain = await hall.tab({ locale: "en-GB", width: 375, height: 800, script: false });
    tabs.phone = await hall.tab({ locale: "en-GB", width: 375, height: 800 });
    for (const tab of [tabs.plain, tabs.phone])
      await tab.goto(`${url}hall/`);
  });
  after(async () => {
    for (const page of [...watchers ?? [], ...plain_speakers ?? []])
      page.socket.terminate();
    for (const one of windows)
      await one.close().catch(() => {});
    const ended = await world?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  /** As Page takes somebody who is signed in. */
  const client_of = (account) => ({ cookies: new Map([["session", world.accounts.get(account).cookie]]) });

  const shot = (name, tab = tabs[name]) => process.env.SHOTS && tab.page.screenshot({ path: `${process.env.SHOTS}/round-table-${name}.png` });

  async function take_the_stage(tab) {
    await tab.click("Go on stage");
    await tab.until(() => Boolean(document.querySelector("dialog [type=submit]:not([disabled])")), undefined, BACK_MS);
    await tab.click("Go on stage");
    await tab.sees("Leave the stage", BACK_MS);
  }

  /** The seat of somebody, as a page shows it: "v2". */
  const seat_of = (tab, name) => tab.until((wanted) => [...document.querySelectorAll(".tile")].find((one) => one.querySelector(".who")?.innerText === wanted)?.querySelector("video[data-line]")?.dataset.line, name, BACK_MS);

  /** What the room holds, as the first who watches is told it on coming back. */
  async function held() {
    const { key } = watchers[0].welcome.me;
    await watchers[0].close();
    watchers[0] = await Page.join(world.server, place, "Watcher 1", { key, deadline_ms: 20000 });
    const { people, hands, chat, discuss, captions, slides, floor } = watchers[0].welcome;
    return {
      on_stage: people.filter(({ stage }) => stage !== null).map(({ id, name, stage }) => [stage, id, name]).sort((a, b) => a[0] - b[0]),
      hands, chat: chat.map(({ n, name, text }) => [n, name, text]), questions: discuss.questions.map(({ id, text, state, votes }) => [id, text, state, votes]),
      polls: discuss.polls.map(({ id, state, answers, choices }) => [id, state, answers, choices]), captions: captions.lines.map(({ n, text }) => [n, text]),
      signer: captions.signer, slide: slides.shown && [slides.shown.deck, slides.shown.page], floor: [floor.who, floor.name, floor.limit_s],
    };
  }

  const asked = (form) => tabs.plain.page.locator(form);
  /** The host's list of hands becomes these rows: a panel's script is fetched with its first opening, and drawn with the next frame. */
  const shows_rows = (tab, wanted) => tab.until((wanted) => [...document.querySelectorAll(".panel .rows li > span:first-child")].map((one) => one.innerText.trim().replace(/\s+/g, " ")).join() === wanted.join(), wanted);

  it("brings six on stage, whom the room and the projector see and hear", async () => {
    for (const name of ["ada", "ana", "ines"])
      await take_the_stage(tabs[name]);
    await Promise.all(plain_speakers.map((page) => page.ask({ t: "take" }, "people", (m) => m.set.some(({ id, stage }) => id === page.welcome.me.id && stage !== null))));
    await tabs.projector.until(() => document.querySelectorAll(".one").length === 6);
    await sees_pictures(tabs.projector, CAMERAS, { ms: BACK_MS });
    await sees_pictures(tabs.home, CAMERAS, { ms: BACK_MS });
    await tabs.home.click("Activer le son");
    await tabs.projector.page.click(".loud");
    const tones = { [(await seat_of(tabs.home, "Ana")).replace("v", "a")]: ANA_TONE };
    for (const tab of [tabs.home, tabs.projector])
      await hears(tab, tones, BACK_MS);
  });

  it("carries the pictures to forty who watch, whole", async () => {
    await measured(async () => {
      const { stdout } = await promisify(execFile)(path.join(build, "src/load/treteau-load"),
        ["room", "--url", world.server.origin, "--event", place.slug, "--room", place.room, "-p", "0", "-n", String(WATCHERS), "--seconds", "4", "--settle", "3", "--json"], { timeout: 60000 });
      const { forwarded, received } = JSON.parse(stdout);
      console.log(`# ${WATCHERS} watch: ${forwarded} packets sent, ${received} came`);
      assert.ok(forwarded > 4 * WATCHERS * 3 * 8, stdout); // at least a packet for each picture
      return forwarded - received;
    }, (lost) => lost === 0);
  });

  it("sets the sign-language interpreter apart, and shows what the captioner types", async () => {
    await tabs.ada.click("People");
    await tabs.ada.click("What to do with Inès");
    await tabs.ada.click("Pin as the sign-language interpreter");
    await tabs.home.until(() => document.querySelector(".signs video[data-line]")?.videoWidth > 0, undefined, BACK_MS);
    await tabs.max.click("Type captions");
    for (const line of ["Welcome to all, here and at home.", "Ana begins."]) {
      await tabs.max.page.fill("#caption", line);
      await tabs.max.press("Enter");
      for (const tab of [tabs.home, tabs.projector])
        await tab.until((wanted) => document.querySelector(".captions")?.innerText.includes(wanted), line);
    }
  });

  it("has one queue for the hall and those at home: the host's, the projector's and each phone's", async () => {
    const { plain, phone, ada, projector } = tabs;
    await asked("#name").fill("Paul");
    await asked("button[value=up]").click();
    await asked("text=first in the queue").waitFor();
    await watchers[2].ask({ t: "hand", up: true }, "hands", (m) => m.list.length === 2);
    await phone.page.fill("#name", "Zoé");
    await Promise.all([phone.page.waitForNavigation(), phone.click("Raise my hand")]);
    await phone.sees("number 3 in the queue");
    await watchers[6].ask({ t: "hand", up: true }, "hands", (m) => m.list.length === 4);
    await ada.click("Hands 4");
    await shows_rows(ada, ["1. Paul In the hall", "2. Watcher 3", "3. Zoé In the hall", "4. Watcher 7"]);
    await projector.until(() => document.querySelector(".queue")?.innerText.replace(/\s+/g, " ").includes("Paul in the hall Watcher 3 online Zoé in the hall Watcher 7 online"));
    await ada.click("Zoé: one place up");
    await phone.sees("number 2 in the queue");
    await ada.click("Give the floor to Paul");
    await projector.until(() => document.querySelector(".floor .name")?.innerText === "Paul");
    await phone.sees("first in the queue");
    await plain.page.reload();
    await asked("text=You have the floor").waitFor();
    await ada.click("Give the floor to Watcher 3");
    await watchers[2].next("people", (m) => m.set.some(({ id, stage }) => id === watchers[2].welcome.me.id && stage !== null));
    watchers[2].send({ t: "leave" });
    await shows_rows(ada, ["1. Zoé In the hall", "2. Watcher 7"]);
    await shot("ada");
  });

  it("asks, votes and answers, from the room and from both phones", async () => {
    ({ question } = await watchers[4].ask({ t: "ask", id: "q", text: "Who pays for the bus?", named: true }, "asked"));
    await Promise.all(watchers.slice(10, 30).map((page) => page.ask({ t: "vote", id: question, on: true }, "voted")));
    await tabs.plain.page.reload();
    await asked(`button[name=vote][value="${question}"]`).click();
    await asked(`button[name=unvote][value="${question}"]`).waitFor();
    await tabs.phone.until(() => document.body.innerText.includes("Who pays for the bus?"));
    await Promise.all([tabs.phone.page.waitForNavigation(), tabs.phone.page.click(`button[name=vote][value="${question}"]`)]);
    await tabs.ada.click("Questions 1");
    await tabs.ada.until(() => document.querySelector(".vote")?.textContent.trim() === "22");
    await tabs.ada.click("Answer now: Who pays for the bus?");
    await tabs.projector.until(() => document.querySelector(".asked")?.innerText.includes("22"));
    await tabs.ada.click("It is answered: Who pays for the bus?");
    await tabs.projector.until(() => !document.querySelector(".asked"));
    await watchers[8].ask({ t: "ask", id: "q2", text: "And in winter?", named: false }, "asked");
  });

  it("polls room and phones, and shows the result as bars and as text", async () => {
    const { ada, ana, home, phone, plain, projector } = tabs;
    await ada.click("Prepare a poll");
    await ada.fill("#poll-question", "Where next year?");
    await ada.page.fill("#poll-choices", "Chalais\nBrossac\nMontboyer");
    await ada.click("Save the draft");
    await ada.click("Open the poll");
    await projector.sees("Vote now, on your phone");
    const { poll } = await watchers[0].next("poll", (m) => m.poll.state === "open");
    await Promise.all(watchers.map((page, n) => page.ask({ t: "answer", poll: poll.id, choices: [n % 4 ? 0 : 1] }, "answered")));
    await plain.page.reload();
    await asked("input[name=pick][value='2']").check();
    await asked("button:has-text('Answer')").first().click();
    await asked("text=Your answer is counted").waitFor();
    await phone.sees("Where next year?");
    await phone.page.check("input[name=pick][value='0']");
    await Promise.all([phone.page.waitForNavigation(), phone.click("Answer")]);
    await ana.click("Questions 1");
    await ana.click("Brossac");
    await ana.click("Answer");
    await projector.sees(`Answers: ${WATCHERS + 3}`);
    await ada.click("Close the poll and show the results");
    const result = ["Chalais 72 % (31)", "Brossac 26 % (11)", "Montboyer 2 % (1)"]; // of 43
    for (const tab of [ada, ana])
      await tab.until((wanted) => [...document.querySelectorAll(".bars li")].map((one) => one.innerText.replace(/\s+/g, " ")).join("|") === wanted, result.join("|"));
    assert.deepEqual(await ana.evaluate(() => [...document.querySelectorAll(".bars meter")].map(({ max, value }) => [value, max])), [[31, 43], [11, 43], [1, 43]]);
    await home.click("Questions 1");
    await home.until(() => document.querySelector(".bars li")?.innerText.replace(/\s+/g, " ") === "Chalais 72 % (31)");
    await phone.until(() => document.querySelector(".bars li b")?.innerText.replace(/\s+/g, " ") === "72 % (31)");
    await projector.sees("72 %");
    await shot("projector");
  });

  it("shows a shared screen, then slides, page by page, down to the phones", async () => {
    const { ada, ana, home, phone, projector } = tabs;
    await ana.click("Screen");
    await home.sees("Écran de Ana", BACK_MS);
    for (const tab of [home, projector])
      await sees_pictures(tab, ["s"], { ms: BACK_MS });
    await ana.click("Screen");
    await home.sees_not("Écran de Ana");
    const file = path.join(world.folder, "Our talk.pdf");
    writeFileSync(file, talk_pdf(4));
    await ada.click("Slides");
    await ada.page.setInputFiles("#slides-file", file);
    await ada.page.click("dialog button[type=submit]");
    await ada.sees("4 pages", 60000);
    await ada.click("Show Our talk");
    await home.until(() => document.querySelector(".slide[data-page='1'] img")?.naturalWidth > 0, undefined, BACK_MS);
    await ada.click("Next slide");
    await home.until(() => document.querySelector(".slide[data-page='2'] img")?.naturalWidth > 0, undefined, BACK_MS);
    await phone.until(() => document.querySelector(".slide img[alt='Slide 2 of 4']")?.naturalWidth > 0);
    await shot("home");
  });

  it("has written words from all sides", async () => {
    for (const n of [3, 5, 9])
      await watchers[n].ask({ t: "say", id: `w${n}`, text: `Hello from ${n}` }, "said", (m) => m.id === `w${n}`);
    await tabs.ana.click("Discussion 3"); // not read yet
    await tabs.ana.fill("#my-words", "Hello from the stage");
    await tabs.ana.press("Enter");
    await tabs.home.click("Discussion 4");
    await tabs.home.sees("Hello from the stage");
  });

  it("has everything again after a power cut: counted before and after", async (t) => {
    count = await held();
    assert.deepEqual(Object.fromEntries(Object.entries(count).map(([what, list]) => [what, Array.isArray(list) ? list.length : list])),
      { ...count, on_stage: 6, hands: 2, chat: 4, questions: 2, polls: 1, captions: 2, slide: 2, floor: 3, signer: count.signer });
    const who = ["ada", "ana", "home", "projector"], made = await Promise.all(who.map((name) => connections_made(tabs[name])));
    const keys = watchers.map(({ welcome }) => welcome.me.key), port = new URL(world.server.origin).port;
    await world.server.kill();
    world.server = await start({ command: "serve", folder: world.folder, args: ["--port", port] });
    const since = performance.now();
    watchers = await Promise.all(keys.map((key, n) => Page.join(world.server, place, `Watcher ${n + 1}`, { key, deadline_ms: 20000 })));
    plain_speakers = await Promise.all(plain_speakers.map(({ welcome }, n) => Page.join(world.server, place, "", { client: client_of(WITHOUT_CAMERA[n]), key: welcome.me.key, deadline_ms: 20000 })));
    await sees_pictures(tabs.home, CAMERAS, { made: made[2], ms: BACK_MS });
    t.diagnostic(`all pictures back ${Math.round(performance.now() - since)} ms after the server`);
    await sees_pictures(tabs.projector, CAMERAS, { made: made[3], ms: BACK_MS });
    await Promise.all(["ada", "ana"].map((name, n) => sees_pictures(tabs[name], [name === "ada" ? "v1" : "v0"], { made: made[n], ms: BACK_MS })));
    assert.deepEqual(await held(), count);
    assert.equal(watchers.filter((page, n) => n && page.welcome.discuss.questions.find(({ id }) => id === question).voted).length, 20, "who voted is known");
    t.diagnostic(JSON.stringify(count));
  });

  it("goes on as before: captions, queue, floor, slides, the phones", async () => {
    const { max, home, projector, ada, phone, plain } = tabs;
    await max.page.fill("#caption", "And here we are again.");
    await max.press("Enter");
    for (const tab of [home, projector])
      await tab.until(() => document.querySelector(".captions")?.innerText.includes("here we are again"));
    await ada.click("Hands 2");
    await shows_rows(ada, ["1. Zoé In the hall", "2. Watcher 7"]);
    await phone.sees("first in the queue");
    await plain.page.reload();
    await asked("button[value=up]").waitFor();
    await ada.click("Next slide");
    await home.until(() => document.querySelector(".slide[data-page='3'] img")?.naturalWidth > 0, undefined, BACK_MS);
    await home.until(() => document.querySelector(".signs video[data-line]")?.videoWidth > 0, undefined, BACK_MS);
    for (const name of ["ada", "projector"])
      assert.deepEqual(await axe_findings(tabs[name].page), [], name);
    for (const [name, tab] of Object.entries(tabs))
      assert.deepEqual(tab.errors.filter((text) => !/WebSocket|ERR_CONNECTION/.test(text)), [], name);
  });
});
