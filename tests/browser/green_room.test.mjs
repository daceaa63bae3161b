// The green room in Chromium with the browser's own settings: devices, sound and network tried by keyboard, a code read to a
// host who sees the same; a network that lets no media through; the pages looked at in both languages, widths and lights.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { measured } from "../support/measure.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { dark_findings, html_findings, standing_findings } from "./findings.mjs";
import { has_devices } from "./watch.mjs";

const FIGURES = /Au moins \d,\d Mbit\/s vers la salle et \d+,\d Mbit\/s depuis elle, \d+ ms, 0,\d.% de pertes\. UDP.: passe. TCP.: passe. TURN.: pas proposé\./;

describe("the green room", { skip: missing("chromium") }, () => {
  let server, chromium, tab;

  before(async () => {
    server = await start();
    await importLive(server);
    chromium = await open_chromium({ tone: 440 });
    tab = await chromium.tab();
    await tab.goto(`${server.origin}/test/green-room/`);
  });
  after(async () => {
    await chromium?.close();
    const { stderr } = await server.stop();
    assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
  });

  /** What stands in a check's row, once it has this level. */
  const row = (page, check, level, ms) => page.until(({ check, level }) => {
    const one = document.querySelector(`[data-check=${check}]`);
    return one.querySelector(`.tag.${level}`) && one.innerText;
  }, { check, level }, ms);
  /** By the keyboard alone, once it is there. */
  async function press(words) {
    await tab.until((text) => [...document.querySelectorAll("button")].some((one) => one.innerText.trim() === text && one.getClientRects().length && !one.disabled), words);
    await tab.page.focus("h1 >> xpath=ancestor::main");
    for (let i = 0; i < 30; i++) {
      await tab.press("Tab");
      if (await tab.evaluate((text) => document.activeElement.innerText?.trim() === text, words))
        return tab.press("Enter");
    }
    assert.fail(`no “${words}” by Tab`);
  }

  it("tries camera, microphone and loudspeaker", async () => {
    await press("Essayer caméra et micro");
    assert.match(await row(tab, "camera", "ok"), /Votre caméra marche/);
    assert.match(await row(tab, "microphone", "ok"), /On vous entend bien/);
    await tab.until(() => document.querySelector("video").videoWidth > 0 && document.querySelector("meter").value > 0);
    await press("M'enregistrer 5 secondes".replace("'", "’"));
    await tab.until(() => { const { src, hidden } = document.querySelector("audio"); return src.startsWith("blob:") && !hidden; });
    await tab.evaluate(() => document.querySelector("audio").play());
    await tab.until(() => document.querySelector("audio").currentTime > 1);
    await press("Jouer un son");
    await press("Je l’ai entendu");
    assert.match(await row(tab, "speaker", "ok"), /Vous entendez la salle/);
  });

  it("says what is wrong with a camera that is unplugged, and without one", async () => {
    await has_devices(tab, false);
    await tab.evaluate(() => document.querySelector("video").srcObject.getVideoTracks()[0].dispatchEvent(new Event("ended")));
    assert.match(await row(tab, "camera", "warn"), /Aucune caméra/);
    await tab.until(() => document.querySelector("[data-part=preview]").hidden);
    await has_devices(tab, true);
    await tab.page.selectOption("#camera", "");
    assert.match(await row(tab, "camera", "ok"), /Votre caméra marche|Sans caméra/);
    await tab.sees("Sans caméra : on vous entendra".replace(" :", "\u00a0:"));
    const refused = await chromium.tab({ locale: "en-GB" });
    await refused.page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
        throw new DOMException("", audio && video ? "NotFoundError" : audio ? "NotAllowedError" : "NotReadableError");
      };
    });
    await refused.goto(`${server.origin}/test/green-room/`);
    await refused.click("Try camera and microphone");
    assert.match(await row(refused, "microphone", "bad"), /may not use your microphone[\s\S]*allow it/);
    assert.match(await row(refused, "camera", "bad"), /Another program is using your camera[\s\S]*Close the other/);
    await refused.close();
  });

  it("measures the network against this server, and shows a helper the same", async () => {
    const figures = () => tab.evaluate(() => [...document.querySelectorAll("[data-part=figures], [data-part=ways]")].map((one) => one.innerText).join(" "));
    await measured(async (earlier) => { // what else the machine does may narrow the line
      await press(earlier.length ? "Mesurer encore" : "Mesurer ma connexion");
      await tab.until(() => !document.querySelector("[data-do=measure]").disabled, undefined, 60000);
      return { text: await figures(), are_ok: await tab.evaluate(() => ["picture", "delay"].map((check) => !!document.querySelector(`[data-check=${check}] .tag.ok`))) };
    }, ({ text, are_ok }) => FIGURES.test(text) && are_ok.every(Boolean));
    assert.match(await row(tab, "line", "ok"), /Les messages vers la salle passent/);
    assert.match(await row(tab, "way", "ok", 30000), /chemin rapide \(UDP\)/);
    assert.match(await row(tab, "picture", "ok", 40000), /une bonne image/); // on loopback the camera's 2.5 Mbit/s come back
    assert.match(await row(tab, "delay", "ok"), /arrive aussitôt/);
    assert.match(await figures(), FIGURES);
    await press("Me donner un code");
    const code = await tab.until(() => /^[A-Z0-9]{6}$/.exec(document.querySelector(".code").innerText)?.[0]);
    const owner = await ownerClient(server);
    const helper = await chromium.tab({ cookies: [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin })) });
    await helper.goto(`${server.origin}/test/organise/green-room/`);
    await helper.fill("#code", code.toLowerCase());
    await helper.press("Enter");
    await helper.sees("une bonne image");
    const rows = () => [...document.querySelectorAll("[data-check]")].map((one) => one.innerText.replace(/\s+/g, " "));
    assert.deepEqual(await helper.evaluate(rows), await tab.evaluate(rows));
    assert.deepEqual(await standing_findings(helper.page), []);
    await helper.close();
  });

  it("says so when no media passes", async () => {
    const blocked = await chromium.tab({ locale: "en-GB", relay: 9 });
    await blocked.goto(`${server.origin}/test/green-room/`);
    await blocked.click("Measure my network");
    assert.match(await row(blocked, "way", "bad", 40000), /do not pass[\s\S]*another network/);
    assert.match(await row(blocked, "line", "ok"), /Messages to the room pass/);
    assert.deepEqual(blocked.errors, []);
    await blocked.close();
  });

  it("has no finding, in both languages, widths and lights, and after its trials", async () => {
    const found = [...(await standing_findings(tab.page)), ...(await dark_findings(tab.page))];
    for (const locale of ["fr-FR", "en-GB"]) {
      const other = await chromium.tab({ locale });
      await other.goto(`${server.origin}/test/green-room/`);
      found.push(...(await standing_findings(other.page)));
      await other.close();
    }
    for (const path of ["green-room/", "organise/green-room/"])
      found.push(...(await html_findings(await (await (await ownerClient(server)).get(`/test/${path}`)).body_text)));
    assert.deepEqual(found, []);
    assert.deepEqual(tab.errors, []);
    if (process.env.SHOTS)
      for (const [width, height] of [[375, 800], [1280, 800]]) {
        await tab.resize(width, height);
        await tab.page.screenshot({ path: `${process.env.SHOTS}/green-${width}.png`, fullPage: true });
      }
  });
});
