// The whole journey once as production runs it: HTTP/2 and TLS by nginx with the shipped site, pages and room's messages
// through it, mails by a relay, the recording sent by nginx. Longer and with more browsers: story.test.mjs.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { run } from "../http/support.mjs";
import { openMailbox } from "../support/mailbox.mjs";
import { startBehindProxy } from "../support/proxy.mjs";
import { scheduleXml } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { sees_pictures } from "./watch.mjs";

describe("a session from the import to the replay, behind nginx", { skip: missing("chromium") }, () => {
  let house, relay, window, host, guest, room_url;
  before(async () => {
    relay = await openMailbox();
    house = await startBehindProxy({ args: ["--media-port", "0", "--smtp", relay.url, "--mail-from", "us@example.org"] });
    window = await open_chromium({ tone: 500, flags: ["--ignore-certificate-errors"] });
  });
  after(async () => {
    await window?.close().catch(() => {});
    const ended = await house?.stop();
    await relay?.close();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
    assert.doesNotMatch(ended?.complaints ?? "", /\[(emerg|alert|crit)\]/);
  });

  async function press(tab, words) {
    await Promise.all([tab.page.waitForNavigation(), tab.click(words)]);
  }

  it("signs in, makes an event, imports and publishes", async () => {
    host = await window.tab({ locale: "en-GB" });
    await host.goto((await run("link", "organiser@example.org", "--data", house.folder, "--origin", house.origin)).stdout.trim());
    await press(host, "Enter");
    assert.equal(await host.evaluate(() => performance.getEntriesByType("navigation")[0].nextHopProtocol), "h2");
    const now = Date.now(), start = new Date(now - 600e3); // which may be yesterday
    const day = (date) => date.toISOString().slice(0, 10);
    await host.goto(house.origin + "/admin/events/new/");
    for (const [name, value] of Object.entries({ slug: "open", title: "An open day", first_day: day(start), last_day: day(new Date(now + 864e5)), zone: "UTC" }))
      await host.page.fill(`[name=${name}]`, value);
    await Promise.all([host.page.waitForNavigation(), host.page.click("main form [type=submit]")]);
    const file = path.join(house.folder, "programme.xml");
    await writeFile(file, scheduleXml("An open day", [{ title: "Behind the front", room: "Scene", start, minutes: 90 }]));
    await host.goto(house.origin + "/open/organise/import/");
    await host.page.setInputFiles("#file", file);
    await press(host, "Import at once");
    await host.sees("Imported.");
    await host.goto(house.origin + "/open/organise/");
    await press(host, "Publish");
    await host.sees("Published");
  });

  it("registers by a mail that the relay brought, and enters the room by its link", async () => {
    guest = await window.tab({ locale: "en-GB" });
    await guest.goto(house.origin + "/open/register/");
    await guest.page.fill("[name=name]", "Awa Exemple");
    await guest.page.fill("[name=email]", "awa@example.org");
    await press(guest, "Register me");
    const link = (await relay.next("awa@example.org", /\/sign-in\/link\//)).links.find((one) => one.includes("/sign-in/link/"));
    assert.ok(link.startsWith(house.origin));
    await guest.goto(link);
    await press(guest, "Enter");
    room_url = house.origin + "/open/live/scene/";
    if (guest.page.url() !== room_url)
      await guest.goto(room_url);
    await guest.sees("Raise my hand");
  });

  it("shows the host's picture to the guest, records, and plays the replay by ranges from nginx", async () => {
    await host.goto(room_url);
    await host.click("Go on stage");
    await host.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await host.click("My picture and my voice may be recorded and published. I can take this back at any time; without it I am seen and heard live only.");
    await host.click("Go on stage");
    await sees_pictures(guest, ["v0"]);
    await host.click("Record");
    await guest.sees("Recording");
    await host.until(async () => (await fetch("/open/replays/")).ok); // the recorder has begun
    const media = [];
    guest.page.on("response", (answer) => {
      if (answer.url().includes("/media/")) media.push([answer.status(), answer.headers()]);
    });
    const began = Date.now();
    await host.until((since) => Date.now() - since > 3000, began);
    await host.click("End the session");
    await host.sees("End the session?");
    await host.click("End the session");
    await guest.sees("Watch the replay");
    await guest.goto(await guest.evaluate(() => document.querySelector(".said a").href));
    await guest.until(() => Boolean(document.querySelector("video")));
    await guest.page.click("video");
    await guest.evaluate(() => void document.querySelector("video").play().catch(() => {}));
    await guest.until(() => document.querySelector("video").currentTime > 0.3 && document.querySelector("video").videoWidth > 0);
    assert.ok(media.length > 1);
    for (const [status, headers] of media) {
      assert.ok([200, 206, 304].includes(status));
      assert.equal(headers["x-accel-redirect"], undefined);
      assert.match(headers["strict-transport-security"], /max-age/);
    }
  });
});
