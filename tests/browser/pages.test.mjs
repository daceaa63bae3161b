// Every page that the server has, as a visitor, an attendee and the owner, at 375 and 1280 pixels: no finding of axe or
// html-validate, nothing wider than the window, nothing asked of another host, no script error, nothing the policy refused; an
// EcoIndex of 80 and more, of 70 where something plays.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { linkTo } from "../http/mail.mjs";
import { until } from "../faults/support.mjs";
import { ownerClient, run, start } from "../http/support.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { score_of } from "../support/ecoindex.mjs";
import { html_findings, standing_findings } from "./findings.mjs";

const EVENT = "nec-sud-charente"; // of the demo
const PAGES_MAX = 150;
const TABS = 3; // one is laid out while another's markup is read and a third is under axe
const PLAYS = /\/(replay|live\/[^/]+|organise\/meeting)\/$/; // a recording, or a room
// Routes that need what a crawl does not have, or answer no page.
const NOT_FOR_A_CRAWL = [/^\/me\/data\/erased\/$/, /\/socket$/, /\/sign-in\/sent\//, /\/sign-in\/dead\//, /\/register\/(sent|cancelled)\//, /\/jobs\/[^/]+\/(state|file)$/, /\/whi[pe]p?$/,
  // of mails, of a file that was sent, of a speaker; the rest answers no page
  /\/(address|unsubscribe)\/:/, /\/import\/(result\/)?:/, /\/me\/speaker\/$/, /\/my\/codes$/, /\/schedule\/v\//, /\/(talk|voices)\/:file$/,
  // what somebody made first: looked at by browser/notes, slides, transcript, hall_screen; a capture is a file
  /\/organise\/notes\/(list$|:note)/, /\/slides\//, /\/replay\/(line|cut|embed)\/$/, /\/live\/:room\/(screen|seat)\/$/, /\/captures\//];

/** "/:event/talk/:code/" as a pattern for addresses. */
function pattern(path) {
  const text = path.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/:(\w+)\*/g, ".*").replace(/:(\w+)/g, "[^/]+");
  return new RegExp(`^${text}$`);
}

/** The route of an address: the one with the most literal parts. */
function route_of(routes, path) {
  const literal = (route) => route.path.split("/").filter((part) => part && !part.startsWith(":")).length;
  return routes.filter((route) => pattern(route.path).test(path)).sort((a, b) => literal(b) - literal(a))[0];
}

describe("every page", { skip: missing("chromium") }, () => {
  let server, chromium, routes;

  before(async () => {
    server = await start({ seed: true });
    chromium = await open_chromium();
    routes = JSON.parse((await run("routes", "--json")).stdout).filter((route) => route.method === "GET");
  });
  after(async () => {
    await chromium?.close();
    await server?.stop();
  });

  /** Looks at one page; returns the addresses it leads to. */
  async function look(tab, address, found) {
    const { page } = tab;
    const response = await page.goto(server.origin + address);
    const type = response.headers()["content-type"] ?? "";
    if (!type.startsWith("text/html"))
      return null;
    const seen = [await html_findings(await response.text()), await standing_findings(page)];
    found.push(...seen.flat().map((text) => `${address} ${text}`));
    const score = await score_of(page), least = PLAYS.test(address) ? 70 : 80;
    if (score < least)
      found.push(`${address} has an EcoIndex of ${score.toFixed(0)}, less than ${least}`);
    if (response.status() >= 500)
      found.push(`${address} answers ${response.status()}`);
    return page.evaluate(() => [...document.links].filter((a) => a.origin === location.origin && !a.hasAttribute("download")).map((a) => a.pathname + a.search));
  }

  /** A tab that tells of what it should not do. */
  async function watched_tab(cookies, found) {
    const tab = await chromium.tab({ cookies });
    tab.page.on("request", (request) => {
      if (!request.url().startsWith(server.origin) && !/^(data|blob):/.test(request.url()))
        found.push(`${tab.page.url()} asks ${request.url()}`);
    });
    tab.page.on("console", (message) => message.type() === "error" && /Content.Security.Policy/i.test(message.text())
      && found.push(`${tab.page.url()} ${message.text()}`));
    return tab;
  }

  /**
   * Follows links from the start page, to so many pages of each route. Layer by layer, the pages of one beside each other:
   * which pages are looked at does not hang on which answers first.
   */
  async function crawl(cookies, starts, each = 1) {
    const found = [], visited = new Set(), counts = new Map();
    const tabs = await Promise.all(Array.from({ length: TABS }, () => watched_tab(cookies, found)));
    const is_wanted = (address) => {
      const path = address.split("?")[0], route = route_of(routes, path);
      if (visited.has(address) || !route || (counts.get(route.path) ?? 0) >= each || visited.size >= PAGES_MAX || /\.(ics|xml|json|mp4|csv|atom)$/.test(path))
        return false;
      visited.add(address);
      counts.set(route.path, (counts.get(route.path) ?? 0) + 1);
      return true;
    };
    for (let layer = starts.filter(is_wanted); layer.length;) {
      const links = [], waiting = [...layer.entries()];
      await Promise.all(tabs.map(async (tab) => {
        for (let next; (next = waiting.shift());)
          links[next[0]] = (await look(tab, next[1], found)) ?? [];
      }));
      layer = links.flat().filter(is_wanted);
    }
    for (const tab of tabs) {
      found.push(...tab.errors);
      await tab.close();
    }
    return { found, counts };
  }

  it("has no finding for a visitor", async () => {
    const { found, counts } = await crawl([], ["/", "/sign-in/", "/demo/mail", "/no-such-page/"], 2);
    assert.deepEqual(found, []);
    assert.ok(counts.size > 0);
  });

  const cookies_of = (client) => [...client.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
  const seen = new Set();

  it("has no finding for an attendee, who follows a mail's link", async () => {
    const attendee = server.client();
    await attendee.post(`/${EVENT}/register/`, { name: "Personne exemple", email: "personne@example.org" });
    await attendee.useLink(await linkTo(server, "personne@example.org"));
    const { found, counts } = await crawl(cookies_of(attendee), [`/${EVENT}/me/`, `/${EVENT}/me/now/`, `/${EVENT}/me/sessions/`, `/${EVENT}/news/`, "/demo/mail"]);
    assert.deepEqual(found, []);
    for (const path of counts.keys())
      seen.add(path);
  });

  it("has no finding for the owner, who sees every other route", async () => {
    const owner = await ownerClient(server), work = [];
    for (const [list, kind] of [["/admin/jobs/", "backup"], [`/${EVENT}/organise/jobs/`, "statistics"]])
      work.push((await owner.post(list, { kind })).headers.get("location"));
    for (const address of work) // a page of what runs still would load itself again under the look
      await until("the end of long work", async () => !JSON.parse((await owner.get(`${address}state`)).body_text).open, { deadline_ms: 30000 });
    assert.equal((await owner.post(`/${EVENT}/organise/questions/`, { label: "D’où venez-vous ?", help: "", kind: "short", choices: "" })).status, 303);
    const { found, counts } = await crawl(cookies_of(owner), ["/", "/sign-in/", ...work]);
    assert.deepEqual(found, []);
    for (const path of counts.keys())
      seen.add(path);
    const unseen = routes.map((route) => route.path)
      .filter((path) => !seen.has(path) && !/\.\w+$|^\/(static|media|healthz|metrics|api)/.test(path) && !NOT_FOR_A_CRAWL.some((one) => one.test(path)));
    assert.deepEqual(unseen, [], "no link leads to these pages");
  });
});
