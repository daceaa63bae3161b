// A round table: a host, four speakers, an interpreter, a captioner, forty who watch, a hall with its projector and two phones.
// Hands of hall and home in one order, a question voted for and answered, a poll, a shared screen; the server is killed in the
// midst; the host's laptop dies, and a phone goes on.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { speaker } from "../faults/speaker.mjs";
import { build, ownerClient, run, start } from "../http/support.mjs";
import { Page } from "../support/page.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { sees_pictures } from "./watch.mjs";

const SPEAKERS = ["Person One", "Person Two", "Person Three", "Person Four"], SIGNER = "Interpreter";
const WATCHERS = 40, WATCH_S = 4;

describe("a round table", { skip: missing("chromium") }, () => {
  const windows = [], on_stage = [], errors = [];
  let server, place, url, cookies, laptop, host, captioner, screen, phones, lead, home;

  before(async () => {
    server = await start();
    place = await importLive(server);
    url = `${server.origin}/test/live/scene/`;
    const owner = await ownerClient(server);
    cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    lead = await Page.join(server, place, "", { client: owner });
    lead.owner = owner;
  });
  after(async () => {
    await Promise.all(on_stage.map((one) => one.stop()));
    for (const one of windows)
      await one.close().catch(() => {});
    const { stderr } = await server.stop({ keep: false });
    assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
  });

  async function window_of(options) {
    const one = await open_chromium(options);
    windows.push(one);
    return one;
  }
  const tab_of = async (window, address, options = {}) => {
    const tab = await window.tab({ locale: "en-GB", ...options });
    await tab.goto(address);
    errors.push(tab.errors);
    return tab;
  };
  /** Forty more watch for a while, each with a connection of its own. */
  const watchers = () => new Promise((resolve) => execFile(path.join(build, "src/load/treteau-load"),
    ["room", "--url", server.origin, "--event", "test", "--room", "scene", "-p", "0", "-n", String(WATCHERS), "--settle", "1", "--seconds", String(WATCH_S), "--json", "--server-pid", String(server.child.pid)],
    { timeout: 60000 }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, ...(stdout ? JSON.parse(stdout) : {}), stderr })));
  /** What the store holds of the room, counted. */
  async function counted() {
    const page = await Page.join(server, place, "", { client: lead.owner }), { welcome } = page;
    await page.close();
    const people = new Map(welcome.people.map((one) => [one.id, one.name]));
    return {
      hands: welcome.hands.map((id) => people.get(id)), floor: welcome.floor.name, lines: welcome.chat.length, signer: people.get(welcome.captions.signer),
      stage: welcome.people.filter((one) => one.stage !== null && !one.away).map((one) => one.name).sort(),
      questions: welcome.discuss.questions.map(({ text, state, votes }) => [text, state, votes]), polls: welcome.discuss.polls.map(({ question, state, answers }) => [question, state, answers]),
      captions: welcome.captions.lines.map(({ text }) => text),
    };
  }

  it("has its speakers and its interpreter on stage, seen in the hall and by forty at home", async (t) => {
    for (const name of [...SPEAKERS, SIGNER])
      on_stage.push(await speaker(server, place, lead, name));
    lead.send({ t: "sign", who: on_stage.at(-1).id });
    laptop = await window_of({ devices: true });
    const watching = await window_of();
    host = await tab_of(laptop, url, { cookies });
    await host.sees("Settings");
    const links = (await lead.owner.post("/test/organise/halls/", { room: "scene", name: "Village hall" })).body_text;
    screen = await tab_of(watching, /href="([^"]+\/screen\/\?key=[^"]+)"/.exec(links)[1], { width: 1280, height: 720 });
    await sees_pictures(screen, ["v0", "v1", "v2", "v3", "v4"], { ms: 25000 });
    for (const name of [...SPEAKERS, SIGNER])
      await screen.sees(name);
    const seen = await watchers();
    t.diagnostic(JSON.stringify(seen));
    assert.equal(seen.code, 0, seen.stderr);
    captioner = await tab_of(watching, (await run("link", "captioner@example.org", "--data", server.folder, "--origin", server.origin)).stdout.trim());
    await Promise.all([captioner.page.waitForNavigation(), captioner.click("Enter")]);
    await captioner.goto(url);
    await captioner.click("Type captions");
    await captioner.page.focus("#caption");
    await captioner.page.keyboard.type("Welcome to this round table.");
    await captioner.press("Enter");
    await screen.sees("Welcome to this round table.");
    phones = [await tab_of(watching, `${url}hall/`, { width: 375, script: false }), await tab_of(watching, `${url}hall/`, { width: 375 })];
    home = await tab_of(watching, url, { width: 375, height: 800 });
    await home.sees("Settings");
  });

  it("has one queue of hands, of hall and home, in the order in which they came", async () => {
    await phones[0].page.fill("#name", "Anna");
    await phones[0].page.getByRole("button", { name: "Raise my hand" }).click();
    await screen.sees("Hands 1");
    const zoe = await Page.join(server, place, "Zoé");
    zoe.send({ t: "hand", up: true });
    await screen.sees("Hands 2");
    await phones[1].page.fill("#name", "Bert");
    await phones[1].page.getByRole("button", { name: "Raise my hand" }).click();
    await screen.sees("Hands 3");
    home.zoe = zoe;
    const order = await screen.evaluate(() => [...document.querySelectorAll(".queue li")].map((one) => one.innerText.replace(/\s+/g, " ")));
    assert.deepEqual(order, ["Anna in the hall", "Zoé online", "Bert in the hall"]);
    await host.click("Hands 3");
    await host.click("Give the floor to Anna");
    await screen.until(() => document.querySelector(".floor .name")?.innerText === "Anna");
    await screen.sees("Hands 2");
    await phones[1].sees("Anna has the floor"); // its script looks by itself
  });

  it("votes for a question, hears it answered, and answers a poll, in the hall and at home", async () => {
    await phones[1].page.fill("#ask", "Who trains the trainers?");
    await phones[1].page.getByRole("button", { name: "Ask the question" }).click();
    await phones[0].page.goto(`${url}hall/`);
    await phones[0].page.getByRole("button", { name: /Vote for “Who trains/ }).click();
    await phones[0].page.getByRole("button", { name: /Take back your vote for “Who trains/ }).waitFor();
    await home.click("Questions 1");
    await home.click("Vote for “Who trains the trainers?”, 1 votes");
    await home.click("Take back your vote for “Who trains the trainers?”, 2 votes");
    await home.click("Vote for “Who trains the trainers?”, 1 votes");
    await host.click("Questions 1");
    await host.click("Answer now: Who trains the trainers?");
    await screen.until(() => document.querySelector(".asked")?.innerText.includes("Who trains the trainers?"));
    await screen.sees("2 votes");
    await host.click("It is answered: Who trains the trainers?");
    await screen.until(() => !document.querySelector(".asked"));
    lead.send({ t: "poll", id: "p", poll: 0, kind: "words", question: "One word for today?", choices: [] });
    const { poll } = await lead.next("poll", (m) => m.poll.state === "draft");
    lead.send({ t: "poll_state", poll: poll.id, state: "open" });
    await screen.sees("Vote now, on your phone");
    await phones[0].page.goto(`${url}hall/`);
    await phones[0].page.getByLabel("Word 1").fill("Lien");
    await phones[0].page.getByRole("button", { name: "Answer", exact: true }).click();
    await phones[0].page.getByText("Your answer is counted.").waitFor();
    await home.page.fill(`#word-${poll.id}-1`, "lien");
    await home.click("Answer");
    await screen.sees("Answers: 2");
    lead.send({ t: "poll_state", poll: poll.id, state: "closed" });
    await screen.until(() => document.querySelector(".cloud .s4")?.innerText === "lien");
  });

  it("shows the host's screen large in the hall, and lets it go", async () => {
    await tab_of(laptop, "data:text/html,<title>En salle</title><h1>A page to show</h1>");
    await host.click("Go on stage");
    await host.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await host.click("Go on stage");
    await host.until(() => !document.querySelector("dialog"));
    await host.click("Screen");
    await screen.until(() => document.querySelector(".share video")?.videoWidth > 0);
    if (process.env.SHOTS)
      await screen.page.screenshot({ path: `${process.env.SHOTS}/round-table-share.png` });
    await host.click("Screen");
    await screen.until(() => !document.querySelector(".share"));
    await host.click("Leave the stage");
    if (process.env.SHOTS)
      await screen.page.screenshot({ path: `${process.env.SHOTS}/round-table.png` });
  });

  it("is all there after the server was killed, counted before and after", async (t) => {
    const before = await counted(), port = new URL(server.origin).port;
    assert.deepEqual(before.hands, ["Zoé", "Bert"]);
    assert.deepEqual([before.floor, before.signer, before.stage], ["Anna", SIGNER, [...SPEAKERS, SIGNER].sort()]);
    const made = await screen.evaluate(() => globalThis.witness.connections.length);
    await server.kill();
    server = await start({ folder: server.folder, args: ["--port", port] });
    home.zoe = await Page.join(server, place, "Zoé", { key: home.zoe.welcome.me.key });
    await screen.sees_not("The line to the room is cut", 20000);
    await sees_pictures(screen, ["v0", "v1", "v2", "v3", "v4"], { made, ms: 25000 });
    lead = Object.assign(await Page.join(server, place, "", { client: lead.owner }), { owner: lead.owner });
    assert.deepEqual(await counted(), before);
    assert.match(await screen.evaluate(() => document.querySelector(".queue").innerText.replace(/\s+/g, " ")), /Zoé online Bert in the hall/);
    const seen = await watchers();
    t.diagnostic(JSON.stringify(seen));
    assert.equal(seen.code, 0, seen.stderr);
  });

  it("goes on from a phone when the host's laptop dies", async () => {
    await laptop.close(); // the browser is gone without a word to the room
    const phone = await tab_of(windows[1], url, { width: 375, height: 800, cookies });
    await phone.click("Hands 2");
    await phone.click("Bert: one place up");
    await screen.until(() => document.querySelector(".queue li")?.innerText.includes("Bert"));
    await phone.click("Give the floor to Bert");
    await screen.until(() => document.querySelector(".floor .name")?.innerText === "Bert");
    await phones[1].sees("You have the floor");
    await phone.click("Settings");
    await phone.click("End the session");
    await phone.sees("End the session?");
    if (process.env.SHOTS)
      await phone.page.screenshot({ path: `${process.env.SHOTS}/round-table-phone.png` });
    await phone.click("End the session");
    await screen.sees("The session is over.");
    assert.deepEqual(errors.flat(), []);
  });
});
