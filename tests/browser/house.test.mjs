// An association holds its event: an organiser builds two days from nothing, invites a speaker and a host, publishes; sixty
// people register, a waiting list moves, a session moves and the right people hear of it by mail, the day is held. All of it
// through nginx with the shipped site file; the mails come to a relay of this test's own. The organiser and the speaker work
// in French, and each of their pages is looked at in English too; what is done again and again is done by keyboard alone
// once. Reading, keeping, registering, answering, changing a session and publishing are done once more without script.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { until } from "../faults/support.mjs";
import { run } from "../http/support.mjs";
import { weigh } from "../support/ecoindex.mjs";
import { openMailbox } from "../support/mailbox.mjs";
import { startBehindProxy } from "../support/proxy.mjs";
import { has_program, missing, open_chromium } from "./browsers.mjs";
import { standing_findings, html_findings } from "./findings.mjs";
import { sees_pictures } from "./watch.mjs";

const PEOPLE = 60, PLACES = 5, WISHES = 8, HOUR = 3600e3;
const QUESTION = "Quel est votre territoire ?";
const CONSENT = "Mon image et ma voix peuvent être enregistrées et publiées. Je peux revenir là-dessus à tout moment ; sans cet accord, on me voit et m’entend en direct seulement.";

/** A zone where it is daytime now, so that the first session of the first day can be live. */
function daytime_zone() {
  const hour = (zone) => Number(new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", hourCycle: "h23" }).format());
  return ["Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Noumea", "Pacific/Tahiti", "Asia/Kolkata"].find((zone) => hour(zone) >= 9 && hour(zone) <= 16);
}

/** "2026-11-25" and "09:30" of a moment there. */
function there(zone, at) {
  const [date, time] = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(at).split(" ");
  return { date, time };
}

describe("two days of an association", { skip: missing("chromium") || (has_program("nginx") ? false : "nginx not installed") }, () => {
  const zone = daytime_zone(), now = Date.now();
  const live_start = new Date(Math.floor((now - 15 * 60e3) / 300e3) * 300e3);
  const days = [there(zone, now).date, there(zone, now + 24 * HOUR).date];
  const crowd = []; // { email, client, registered }
  const twins = new Map(); // a tab of the same person whose browser speaks English, by the tab in French
  let mailbox, house, chromium, organiser, host, speaker;

  before(async () => {
    mailbox = await openMailbox();
    house = await startBehindProxy({ args: ["--smtp", mailbox.url, "--mail-from", "conference@example.org"] });
    chromium = await open_chromium({ tone: 700, flags: ["--ignore-certificate-errors"] });
  });
  after(async () => {
    await chromium?.close();
    const end = await house?.stop();
    await mailbox?.close();
    assert.doesNotMatch(end?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  const at = (place) => `${house.origin}/deux-jours/${place}`;

  /** What is wrong with a page as it loads, at both widths, and whether it is heavier than a page may be. */
  async function findings_of(tab, address = tab.page.url()) {
    const { width, height } = tab.page.viewportSize(), weight = await weigh(tab.page, address);
    const found = [...(await html_findings(await (await fetch_as(tab, address)).text())), ...(await standing_findings(tab.page))];
    await tab.resize(width, height);
    if (weight.score < 80 || weight.nodes > 298)
      found.push(`is heavy: ${JSON.stringify(weight)}`);
    return found.map((text) => `${address} ${text}`);
  }

  /** No finding of the page where a tab is. */
  async function clean(tab) {
    assert.deepEqual(await findings_of(tab), []);
  }

  /** Nor for the same person with a browser in English, where it says so in other words. */
  async function clean_in_both(tab) {
    const twin = twins.get(tab) ?? await chromium.tab({ locale: "en-GB" }), address = tab.page.url();
    twins.set(tab, twin);
    await twin.page.context().addCookies(await cookies_of(tab));
    const found = await Promise.all([tab, twin].map((one) => findings_of(one, address))); // one for each core
    assert.deepEqual(found.flat(), []);
    assert.deepEqual(await Promise.all([tab, twin].map((one) => one.page.getAttribute("html", "lang"))), ["fr", "en"], address);
    const [french, english] = await Promise.all([tab, twin].map((one) => one.page.locator("main").innerText()));
    assert.notEqual(french, english, address);
  }

  async function cookies_of(tab) {
    return (await tab.page.context().cookies()).map(({ name, value }) => ({ name, value, url: house.origin }));
  }

  async function fetch_as(tab, url) {
    const cookies = await cookies_of(tab);
    const lang = await tab.page.evaluate(() => document.documentElement.lang);
    return fetch(url, { headers: { cookie: cookies.map((one) => `${one.name}=${one.value}`).join("; "), "accept-language": lang } });
  }

  /** A tab of somebody whom a client of this test has signed in. */
  async function tab_of(client, options) {
    const cookies = [...client.cookies].map(([name, value]) => ({ name, value, url: house.origin }));
    return chromium.tab({ ...options, cookies });
  }

  /** Presses a button of a page of forms, and waits for the page that answers. */
  async function press(tab, words) {
    await Promise.all([tab.page.waitForNavigation(), tab.click(words)]);
  }

  /** By keyboard alone: Tab until the control has the focus. */
  async function walk_to(tab, selector) {
    for (let steps = 0; steps < 150; steps++) {
      if (await tab.page.evaluate((css) => document.activeElement?.matches(css) ?? false, selector))
        return;
      await tab.press("Tab");
    }
    assert.fail(`no way by Tab to ${selector} on ${tab.page.url()}`);
  }
  async function type_into(tab, selector, text) {
    await walk_to(tab, selector);
    await tab.page.keyboard.press("Control+a");
    await tab.page.keyboard.insertText(text);
  }
  /** By keyboard alone: a choice of a list, by its words. */
  async function choose(tab, selector, words) {
    await walk_to(tab, selector);
    const chosen = () => tab.page.evaluate(() => document.activeElement.selectedOptions[0].label);
    await tab.press("Home");
    for (let steps = 0; await chosen() !== words; steps++) {
      assert.ok(steps < 60, `${selector} has no "${words}"`);
      await tab.press("ArrowDown");
    }
  }
  async function submit_by_keyboard(tab, selector = "main form button[type=submit].main") {
    await walk_to(tab, selector);
    await Promise.all([tab.page.waitForNavigation(), tab.press("Enter")]);
  }

  /** A form filled as a hand does; `fields` by name, choices by their value. */
  async function fill_form(tab, address, fields, button) {
    await tab.goto(at(address));
    for (const [name, value] of Object.entries(fields)) {
      const kind = await tab.page.locator(`main [name="${name}"]`).first().evaluate((one) => one.type);
      if (kind === "radio")
        await tab.page.check(`main [name="${name}"][value="${value}"]`);
      else if (kind === "checkbox")
        await tab.page.check(`main [name="${name}"]`);
      else if (kind.startsWith("select"))
        await tab.page.selectOption(`main [name="${name}"]`, { label: value });
      else
        await tab.page.fill(`main [name="${name}"]`, value);
    }
    await press(tab, button);
    const wrong = await tab.page.locator("main [role=alert]").allInnerTexts();
    assert.deepEqual(wrong, [], address);
  }

  it("lets the organiser in, and make the event by keyboard alone", async () => {
    organiser = await chromium.tab({ locale: "fr-FR" });
    const link = (await run("link", "organisation@example.org", "--data", house.folder, "--origin", house.origin)).stdout.trim();
    await organiser.goto(link);
    await submit_by_keyboard(organiser);
    await organiser.goto(`${house.origin}/admin/events/new/`);
    for (const [name, value] of Object.entries({ slug: "deux-jours", title: "Numérique en Communs, deux jours", zone,
      organiser: "Une association", contact: "contact@example.org" }))
      await type_into(organiser, `[name=${name}]`, value);
    for (const [name, value] of [["first_day", days[0]], ["last_day", days[1]]])
      await organiser.page.fill(`[name=${name}]`, value); // a date's own parts follow the browser's language
    await submit_by_keyboard(organiser, "main form button[type=submit]");
    await organiser.page.waitForURL(/\/deux-jours\/organise\//);
    await clean_in_both(organiser);
  });

  it("lets the organiser build rooms, a track, partners and texts", async () => {
    for (const [name, kind, capacity] of [["Grande scène", "stage", "200"], ["La Parenthèse", "workshop", "30"], ["L’Annexe", "on-site", "20"]])
      await fill_form(organiser, "organise/rooms/", { name, kind, capacity }, "Ajouter la salle");
    await fill_form(organiser, "organise/tracks/", { name: "Inclusion", colour: "#2b5c8a" }, "Ajouter le thème");
    await fill_form(organiser, "organise/partners/", { name: "La Région", url: "https://region.example.org/" }, "Ajouter le partenaire");
    await fill_form(organiser, "organise/questions/", { label: QUESTION, kind: "Un texte court" }, "Garder la question");
    await fill_form(organiser, "organise/texts/", { lead: "Deux jours ouverts à tout le monde.", description: "**Pourquoi** : se rencontrer." }, "Enregistrer les textes");
    for (const place of ["event", "rooms", "tracks", "kinds", "partners", "texts", "look", "questions", "registrations", "registrations/settings", "team"]) {
      await organiser.goto(at(`organise/${place}/`));
      await clean_in_both(organiser);
    }
  });

  it("lets the organiser write the sessions of both days", async () => {
    const moment = (offset_ms) => there(zone, new Date(live_start.getTime() + offset_ms));
    const sessions = [
      ["Ouverture en direct", "Grande scène", 0, "90", ""], ["Atelier à places comptées", "La Parenthèse", 2 * HOUR, "60", String(PLACES)],
      ["Visite du tiers-lieu", "L’Annexe", 2 * HOUR, "60", ""], ["Financer la médiation", "Grande scène", 3 * HOUR, "60", ""],
      ["Deuxième matinée", "Grande scène", 24 * HOUR, "60", ""], ["Réseaux et coopérations", "La Parenthèse", 25 * HOUR, "60", ""],
      ["Ce que nous emportons", "Grande scène", 26 * HOUR, "45", ""],
    ];
    for (const [n, [title, room, offset, length, places]] of sessions.entries()) {
      const { date, time } = moment(offset);
      if (n === 0) { // by keyboard alone
        await organiser.goto(at("organise/sessions/new/"));
        await type_into(organiser, "main [name=title]", title);
        await choose(organiser, "main [name=day]", await organiser.page.locator(`main [name=day] option[value="${date}"]`).evaluate((one) => one.label));
        await organiser.page.fill("main [name=start]", time); // an hour's own parts follow the browser's language
        await type_into(organiser, "main [name=length]", length);
        await choose(organiser, "main [name=room]", room);
        await type_into(organiser, "main [name=abstract]", `À propos de **${title}**.`);
        await submit_by_keyboard(organiser, "main button.main[value=save]");
        assert.match(organiser.page.url(), /\/organise\/session\/[^/]+\//, await organiser.page.locator("main").innerText());
        continue;
      }
      await organiser.goto(at(`organise/sessions/new/?day=${date}`));
      await organiser.page.fill("main [name=title]", title);
      await organiser.page.selectOption("main [name=room]", { label: room });
      await organiser.page.selectOption("main [name=day]", date);
      await organiser.page.fill("main [name=start]", time);
      await organiser.page.fill("main [name=length]", length);
      await organiser.page.fill("main [name=places]", places);
      await organiser.page.fill("main [name=abstract]", `À propos de **${title}**.`);
      await Promise.all([organiser.page.waitForNavigation(), organiser.page.click("main button.main[value=save]")]);
      assert.match(organiser.page.url(), /\/organise\/session\/[^/]+\//, await organiser.page.locator("main").innerText());
    }
    for (const address of [organiser.page.url(), at("organise/sessions/"), at("organise/sessions/new/"), at(`organise/grid/?day=${days[1]}`)]) {
      await organiser.goto(address);
      await clean_in_both(organiser);
    }
  });

  it("lets the organiser move a session in the grid by keyboard alone", async () => {
    const block = (title) => organiser.page.locator("a.block", { hasText: title });
    const room = (title) => block(title).evaluate((one) => one.closest("td").dataset.name.split(",")[0]);
    assert.equal(await room("Ce que nous emportons"), "Grande scène");
    await walk_to(organiser, `#${await block("Ce que nous emportons").getAttribute("id")}`);
    await organiser.press("Space");
    await organiser.press("ArrowRight");
    await Promise.all([organiser.page.waitForNavigation(), organiser.press("Enter")]);
    assert.equal(await room("Ce que nous emportons"), "La Parenthèse");
  });

  /** The mail's link opened and its button pressed by keyboard. */
  async function accept(email) {
    const tab = await chromium.tab({ locale: "fr-FR" }), mail = await mailbox.next(email);
    await tab.goto(mail.links.find((link) => link.includes("/sign-in/link/")));
    await clean_in_both(tab);
    await submit_by_keyboard(tab);
    return tab;
  }

  it("invites a host by mail, and a speaker from the programme, who accept by keyboard", async () => {
    await fill_form(organiser, "organise/team/", { email: "animateur@example.org", role: "host" }, "Envoyer l’invitation");
    await fill_form(organiser, "organise/speakers/new/", { name: "Oratrice Exemple" }, "Valider");
    await clean_in_both(organiser);
    await organiser.page.fill("main [name=email]", "oratrice@example.org");
    await press(organiser, "Inviter à intervenir");
    await organiser.sees("L’invitation est partie");
    await organiser.goto(at("organise/speakers/"));
    await clean_in_both(organiser);
    [speaker, host] = [await accept("oratrice@example.org"), await accept("animateur@example.org")];
  });

  it("lets the speaker write who she is and agree to be recorded, by keyboard alone", async () => {
    await speaker.goto(at("me/"));
    await clean_in_both(speaker);
    await walk_to(speaker, "main a[href$='/me/speaker/']");
    await Promise.all([speaker.page.waitForNavigation(), speaker.press("Enter")]);
    await clean_in_both(speaker);
    await type_into(speaker, "main [name=biography]", "Anime des **ateliers** depuis dix ans.");
    await submit_by_keyboard(speaker);
    await speaker.sees("C’est enregistré.");
    await walk_to(speaker, "main a[href*='/speaker/']");
    await Promise.all([speaker.page.waitForNavigation(), speaker.press("Enter")]);
    await speaker.sees("Anime des ateliers depuis dix ans.");
    await speaker.goto(at("me/"));
    await walk_to(speaker, "main a[href$='/me/consent/']");
    await Promise.all([speaker.page.waitForNavigation(), speaker.press("Enter")]);
    await clean_in_both(speaker);
    await submit_by_keyboard(speaker, "main button[name=choice][value=yes]");
    await speaker.sees("Votre accord est gardé");
    await submit_by_keyboard(speaker, "main button[name=choice][value=no]"); // as easily taken back
    await speaker.sees("vous n’êtes plus dans l’enregistrement");
    await submit_by_keyboard(speaker, "main button[name=choice][value=yes]");
    await clean_in_both(speaker);
    await organiser.goto(at("organise/consents/"));
    await organiser.sees("oratrice@example.org");
    await clean_in_both(organiser);
  });

  it("is published after a look at what is missing, and found in both languages", async () => {
    await organiser.goto(at("organise/publish/"));
    await clean_in_both(organiser);
    await press(organiser, "Publier");
    const visitor = await chromium.tab({ locale: "fr-FR" });
    for (const place of ["schedule/", "speakers/", "register/", "legal/", "privacy/", "accessibility/", ""]) {
      await visitor.goto(at(place));
      await clean_in_both(visitor);
    }
    await visitor.sees("S’inscrire");
    await twins.get(visitor).sees("Register");
    await visitor.close();
  });

  /** The seat's field of the form: one session has limited places. */
  async function seat_field(client) {
    return (await client.get("/deux-jours/register/")).body_text.match(/id="(talk-\d+)"/)[1];
  }

  it(`registers ${PEOPLE} people, ${WISHES} of them for ${PLACES} places, in their order`, async () => {
    const seat = await seat_field(house.client());
    for (let n = 0; n < PEOPLE; n++) {
      const client = house.client({ lang: n === PLACES ? "en" : "fr" }), email = `personne-${n}@example.org`;
      const answer = await client.post("/deux-jours/register/", { name: `Personne ${n}`, email, path: "remote", ...(n < WISHES ? { [seat]: "1" } : {}) });
      assert.equal(answer.status, 303, answer.body_text);
      crowd.push({ email, client });
    }
    for (const one of crowd.slice(0, WISHES + 12)) {
      const mail = await mailbox.next(one.email);
      assert.equal((await one.client.useLink(mail.links.find((link) => link.includes("/sign-in/link/")))).status, 303);
    }
    const state = async (n) => (await crowd[n].client.get("/deux-jours/me/")).body_text;
    for (let n = 0; n < PLACES; n++)
      assert.match(await state(n), /Vous avez une place/, `${n}`);
    assert.match(await state(PLACES), /number 1\b/);
    for (let n = PLACES + 1; n < WISHES; n++)
      assert.match(await state(n), new RegExp(`numéro ${n - PLACES + 1}\\b`), `${n}`);
  });

  it("is read, kept, registered for and answered by somebody who has turned scripts off", async () => {
    const { page } = await chromium.tab({ width: 375, height: 700, locale: "fr-FR", script: false });
    const follow = (name) => Promise.all([page.waitForNavigation(), page.getByRole("link", { name, exact: true }).first().click()]);
    const push = (name) => Promise.all([page.waitForNavigation(), page.locator("main").getByRole("button", { name, exact: true }).click()]);
    await page.goto(at("schedule/"));
    await page.fill("#q", "financer");
    await push("Chercher");
    await follow("Financer la médiation");
    await follow("La garder");
    await push("La garder");
    assert.match(await page.locator("main").innerText(), /Financer la médiation/);
    assert.match(page.url(), /\/deux-jours\/my\/$/);

    await page.goto(at("register/"));
    await page.fill("[name=email]", "sans-script@exemple");
    await push("M’inscrire");
    assert.match(await page.locator("main [role=alert]").first().innerText(), /nom/i, "what is missing is said");
    await page.fill("[name=name]", "Sans Script");
    await page.fill("[name=email]", "sans-script@example.org");
    await page.getByLabel(QUESTION).fill("La Charente");
    await push("M’inscrire");
    assert.match(page.url(), /\/register\/sent\/$/);
    const mail = await mailbox.next("sans-script@example.org");
    await page.goto(mail.links.find((link) => link.includes("/sign-in/link/")));
    await push("Entrer"); // into the room that is live, which says what it needs
    assert.match(await page.locator("body").innerText(), /JavaScript/);
    await page.goto(at("me/"));
    assert.match(await page.locator("h1").innerText(), /Bonjour, Sans Script/);
    await page.goto(at("me/answers/"));
    assert.equal(await page.getByLabel(QUESTION).inputValue(), "La Charente");
    await page.getByLabel(QUESTION).fill("Le sud de la Charente");
    await push("Enregistrer");
    await page.goto(at("me/answers/"));
    assert.equal(await page.getByLabel(QUESTION).inputValue(), "Le sud de la Charente");
    await page.goto(at("my/"));
    assert.match(await page.locator("main").innerText(), /Financer la médiation/);
    await page.context().close();
  });

  it("is changed, taken back and published again by an organiser who has turned scripts off", async () => {
    const { page } = await chromium.tab({ locale: "fr-FR", script: false, cookies: await cookies_of(organiser) });
    const follow = (name) => Promise.all([page.waitForNavigation(), page.getByRole("link", { name, exact: true }).click()]);
    const push = (name) => Promise.all([page.waitForNavigation(), page.locator("main").getByRole("button", { name, exact: true }).last().click()]);
    await page.goto(at("organise/sessions/"));
    await follow("Réseaux et coopérations");
    await page.fill("main [name=abstract]", "Ce que les réseaux font **ensemble**.");
    await push("Enregistrer la séance");
    assert.deepEqual(await page.locator("main [role=alert]").allInnerTexts(), []);
    await follow("Sa page");
    assert.match(await page.locator("main").innerText(), /Ce que les réseaux font ensemble\./);
    const talk = new URL(page.url()).pathname; // nginx keeps it for everybody until the second is over
    const answers = (status) => until(`${status} for everybody`, async () => (await house.client({ lang: "fr" }).get(talk)).status === status, { every_ms: 200 });
    await answers(200);
    await page.goto(at("organise/publish/"));
    await push("Retirer");
    await answers(404);
    await page.goto(at("organise/publish/"));
    await push("Publier");
    await answers(200);
    await page.context().close();
  });

  it("lets someone register on a phone by keyboard alone, in French", async () => {
    const phone = await chromium.tab({ width: 375, height: 700, locale: "fr-FR" });
    await phone.goto(at("register/"));
    await type_into(phone, "[name=name]", "Awa Exemple");
    await type_into(phone, "[name=email]", "awa@example.org");
    await submit_by_keyboard(phone);
    const mail = await mailbox.next("awa@example.org");
    assert.match(mail.attachments.map((one) => one.contentType).join(), /text\/calendar/);
    await phone.goto(mail.links.find((link) => link.includes("/sign-in/link/")));
    await submit_by_keyboard(phone);
    await phone.goto(at("me/"));
    await phone.sees("Awa Exemple");
    await clean(phone);
    await phone.close();
  });

  it("gives a freed place to the first in line, who accepts it on a phone by keyboard alone, in English", async () => {
    assert.equal((await crowd[0].client.post("/deux-jours/me/cancel/", {})).status, 303);
    const next = crowd[PLACES], offer = await mailbox.next(next.email, /your turn/i);
    assert.ok(offer.links.some((link) => link.startsWith(house.origin)), offer.text);
    const phone = await tab_of(next.client, { width: 375, height: 700, locale: "en-GB" });
    await phone.goto(at("me/"));
    await clean(phone);
    await submit_by_keyboard(phone, "main button[name=act][value^=accept-]");
    await phone.sees("You have a place");
    await phone.close();
    assert.match((await crowd[PLACES + 1].client.get("/deux-jours/me/")).body_text, /numéro 1\b/);
  });

  it("tells a moved session to those who have a place, and to nobody else, also over a power cut", async () => {
    await organiser.goto(at("organise/sessions/"));
    await Promise.all([organiser.page.waitForNavigation(), organiser.click("Atelier à places comptées")]);
    await press(organiser, "Déplacer");
    const before_mails = mailbox.mails.length, later = there(zone, live_start.getTime() + 4 * HOUR);
    await organiser.page.fill("main [name=start]", later.time);
    await organiser.page.selectOption("main [name=day]", later.date);
    await organiser.page.selectOption("main [name=room]", { label: "La Parenthèse" });
    await Promise.all([organiser.page.waitForNavigation(), organiser.page.click("main button.main")]);
    // Changes are told ten minutes after the last one: as if these ten minutes had passed while the power was out.
    await house.restart(() => {
      const db = new DatabaseSync(path.join(house.folder, "treteau.db"));
      db.exec(`UPDATE talk_change SET at_us = at_us - ${11 * 60e6}`);
      db.close();
    });
    const holders = [...crowd.slice(1, PLACES + 1)];
    for (const one of holders)
      await mailbox.next(one.email, /Atelier à places comptées/, { since: before_mails });
    const told = new Set(mailbox.mails.slice(before_mails).flatMap((mail) => mail.recipients));
    for (const one of [crowd[0], ...crowd.slice(WISHES)])
      assert.ok(!told.has(one.email), `${one.email} has nothing to do with it`);
  });

  it("is held: two on stage, one watches, through nginx", async () => {
    const room = at("live/grande-scene/");
    for (const tab of [host, speaker]) {
      await tab.goto(room);
      await tab.click("Monter sur scène");
      await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
      if (tab === host) // the speaker has said yes on her page
        await tab.click(CONSENT);
      await tab.until(() => document.querySelector("dialog [name=consent]").checked);
      await tab.click("Monter sur scène");
      await tab.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));
    }
    const watcher = await chromium.tab({ width: 375, height: 700, locale: "fr-FR" });
    await watcher.goto(room);
    await sees_pictures(watcher, ["v0", "v1"]);
    assert.deepEqual([...organiser.errors, ...host.errors, ...speaker.errors, ...watcher.errors], []);
  });
});
