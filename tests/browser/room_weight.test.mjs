// What a room's page loads: little for everybody, the rest for whom it is for, when it is needed.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { scripts_of } from "./scripts.mjs";

const EVERYBODY_MAX = 50 * 1024, HOST_MAX = 60 * 1024;
const OF_HOSTS = ["live/leading.js", "manager/desk.js"];
const LATER = ["live/settings.js", "live/enter.js", "live/sent.js", "live/lobby.js", "discuss/questions.js", "discuss/polls.js", "discuss/editor.js", "interpret/hearing.js",
  "interpret/booth.js", "slides/show.js", "slides/files.js", "workshop/groups.js", "floor/lane.js", "live/watch.js", "live/onair.js", "live/muted.js", "live/meter.js", "live/trouble.js", "notes/notes.js", "captions/desk.js", "capture/minute.js"];

describe("the scripts of a room's page", { skip: missing("chromium") }, () => {
  let server, chromium, url, cookies;

  before(async () => {
    server = await start();
    const place = await importLive(server), owner = await ownerClient(server);
    url = `${server.origin}/${place.slug}/live/${place.room}/`;
    cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    chromium = await open_chromium({});
  });
  after(async () => {
    await chromium?.close();
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  const fetched = (tab, name) => tab.until((part) => performance.getEntriesByType("resource").some((one) => one.name.includes(part)), "/static/" + name.replace(".js", "-"));

  it("are at most 50 kB, compressed, for who comes to watch, and nothing of what others lead", async () => {
    const guest = await chromium.tab({ locale: "en-GB" });
    await guest.goto(url);
    await guest.sees("Nobody is on stage yet.");
    const { files, bytes } = await scripts_of(guest);
    console.log(`# everybody: ${bytes} bytes, ${files.length} files`);
    assert.ok(files.length > 10 && bytes <= EVERYBODY_MAX, `${files.length} scripts, ${bytes} bytes`);
    assert.deepEqual(files.filter((name) => OF_HOSTS.includes(name) || LATER.includes(name)), []);

    await guest.click("Settings");
    await guest.until(() => document.querySelector("dialog[open] #my-pictures"));
    await guest.press("Escape");
    await guest.click("Questions");
    await guest.until(() => document.getElementById("my-question"));
    const wanted = ["captions/settings.js", "discuss/polls.js", "discuss/questions.js", "live/meter.js", "live/preview.js", "live/settings.js"];
    for (const name of wanted)
      await fetched(guest, name);
    const more = (await scripts_of(guest)).files.filter((name) => !files.includes(name));
    assert.deepEqual(more.sort(), wanted);
    assert.deepEqual(guest.errors, []);
    await guest.close();
  });

  it("are at most 60 kB for a host, whose desk is there without a click", async () => {
    const host = await chromium.tab({ locale: "en-GB", cookies });
    await host.goto(url);
    for (const name of OF_HOSTS)
      await fetched(host, name);
    await host.click("Backstage");
    await host.sees("What hosts did");
    const { files, bytes } = await scripts_of(host);
    console.log(`# a host: ${bytes} bytes, ${files.length} files`);
    assert.ok(bytes <= HOST_MAX, `${files.length} scripts, ${bytes} bytes`);
    assert.deepEqual(files.filter((name) => LATER.includes(name)), []);
    assert.deepEqual(host.errors, []);
    await host.close();
  });
});
