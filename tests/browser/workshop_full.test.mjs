// A workshop with thirty cameras, its most: who comes sees all of them move, and the one who speaks larger; a phone is sent those
// that it shows, and no other.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { build, ownerClient, start } from "../http/support.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { axe_findings, standing_findings } from "./findings.mjs";
import { free_port } from "./watch.mjs";

const CAMERAS = 30, MORE = 40, MOVE_MS = 40000;

describe("a workshop with thirty cameras", { skip: missing("chromium") }, () => {
  let server, place, url, chromium, ana, others;

  before(async () => {
    server = await start({ args: ["--media-port", String(await free_port())] });
    place = await importLive(server);
    const owner = await ownerClient(server);
    assert.equal((await owner.post(`/${place.slug}/organise/rooms/${place.room}/`, { name: "Scene", kind: "workshop", capacity: "", note: "" })).status, 303);
    url = `${server.origin}/${place.slug}/live/${place.room}/`;
    others = spawn(join(build, "src/load/treteau-load"), ["speakers", "--url", server.origin, "--event", place.slug, "--room", place.room,
      ...Array.from({ length: CAMERAS }, (_, i) => ["--key", "", "--name", `Camera ${i + 1}`]).flat()], { stdio: ["ignore", "ignore", "inherit"] });
    chromium = await open_chromium({ tone: 500 });
    ana = await chromium.tab({ locale: "en-GB", width: 1280, height: 800 });
  });
  after(async () => {
    others?.kill();
    await chromium?.close();
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  const shot = (tab, name) => process.env.TRETEAU_SHOTS && tab.page.screenshot({ path: join(process.env.TRETEAU_SHOTS, name + ".png") });
  /** Runs in the page: of each camera's tile how many pictures it has shown. */
  const shown = () => [...document.querySelectorAll(".cast .tile")].map((tile) => tile.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0);

  /** Waits until `count` tiles have shown so many pictures more. */
  const move = async (tab, count, most = CAMERAS) => {
    const before = await tab.page.evaluate(shown);
    await tab.until(([was, wanted, more]) => [...document.querySelectorAll(".cast .tile")]
      .filter((tile, i) => (tile.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0) - was[i] >= more).length >= wanted, [before, count, MORE], MOVE_MS);
    const after = await tab.page.evaluate(shown);
    const still = after.filter((n, i) => n - before[i] < MORE / 4).length;
    assert.ok(CAMERAS - still <= most, `${still} stand still`);
  };

  it("shows all of them moving, and who speaks larger", async () => {
    await ana.goto(url);
    await ana.fill("#my-name", "Ana");
    await ana.press("Enter");
    await ana.until((wanted) => document.querySelectorAll(".cast .tile video").length === wanted, CAMERAS, MOVE_MS);
    await move(ana, CAMERAS);
    await shot(ana, "workshop-full-1280");
    await ana.until(() => {
      const sizes = [...document.querySelectorAll(".cast .tile")].map((tile) => [tile.getBoundingClientRect().width, tile.classList.contains("speaking")]);
      const [largest] = sizes.toSorted(([a], [b]) => b - a);
      return largest[1] && largest[0] > 1.8 * Math.min(...sizes.map(([width]) => width));
    });
    assert.equal(await ana.has("Take a seat"), false);
    assert.deepEqual([...await standing_findings(ana.page), ...await axe_findings(ana.page)], []);
  });

  it("a phone is sent what it shows alone", async () => {
    await ana.resize(375, 800);
    await ana.until(() => document.querySelector(".cast .tile:last-child").getBoundingClientRect().top > innerHeight);
    await move(ana, 5);
    await move(ana, 5, CAMERAS - 8);
    await shot(ana, "workshop-full-375");
    assert.deepEqual([...await standing_findings(ana.page), ...await axe_findings(ana.page)], []);
  });
});
