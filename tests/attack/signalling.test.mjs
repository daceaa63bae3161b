// Case 19: signalling flood and malformed messages, through nginx with the shipped site. While a crowd of pages hears each
// other, some send every message that a room or a feature of it knows with values that do not belong there, as fast as they
// are let, and come back as soon as they are cut; others read nothing of what they ask for. The crowd hears every line, once and soon.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { build, ownerClient, root } from '../http/support.mjs';
import { measured } from '../support/measure.mjs';
import { Page } from '../support/page.mjs';
import { startBehindProxy } from '../support/proxy.mjs';
import { importLive } from '../support/sample.mjs';

const PEOPLE = 100, SAYS = 10, SECONDS = 8, DELIVERY_MS = 500;

/** What the sources say there is: a message that is born later is attacked too. */
const sources = globSync(path.join(root, 'src/*/*.c')).filter((file) => !file.endsWith('_test.c')).map((file) => readFileSync(file, 'utf8')).join('\n');
const all = (pattern) => [...new Set([...sources.matchAll(pattern)].map(([, word]) => word))];
const TYPES = all(/\{ "([a-z_]+)",\s+LIVE_(?:GUEST|ATTENDEE|SPEAKER|HOST)\b/g);
const FIELDS = all(/json_object_get\(message, "([a-z_0-9]+)"/g).filter((field) => field !== 't');
/** A host may do these: end the session, hold back what the crowd says. */
const LEADS = new Set(['end', 'remove', 'record', 'chat', 'asking', 'unsay', 'show']);
const VALUES = [null, true, -1, 0, 1, 1e308, 9007199254740993, -2147483649, '', 'x', 'x'.repeat(3000), '\u0000', '\u202e', '../..', "'; --", [], {},
  [[[[[[[[]]]]]]]], { a: { b: { c: [] } } }, Array(500).fill(0), ['x', 1, null], [-1, 1e9], { mic: 'on' }, 'v=0\r\n'.repeat(50), '\ud800'];
const TEXTS = ['', '{', '[]', '7', 'null', '"x"', '{"t":null}', '{"t":"say","t":"say"}', '['.repeat(20000), '{"t":'.repeat(5000), '\u0000', '{"t":"say","text":"\\ud800"}',
  `{"t":"${'x'.repeat(60000)}"}`];

/** Repeatable. @returns {(below: number) => number} */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One that knows every message, and no sense of any. */
function nonsense(roll, leads) {
  if (roll(8) === 0) return TEXTS[roll(TEXTS.length)];
  const types = TYPES.filter((type) => !leads || !LEADS.has(type));
  const message = { t: types[roll(types.length)] };
  for (let count = roll(5); count > 0; count--) message[FIELDS[roll(FIELDS.length)]] = VALUES[roll(VALUES.length)];
  return JSON.stringify(message);
}

let house, place;
before(async () => {
  house = await startBehindProxy();
  place = await importLive(house);
});
after(async () => {
  const { code, stderr, complaints } = await house.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
  assert.doesNotMatch(complaints, /\[(emerg|alert|crit)\]/);
});

const crowd = () => new Promise((resolve) => execFile(path.join(build, 'src/load/treteau-load'), ['crowd', '--insecure', '--url', house.origin,
  '--event', place.slug, '--room', place.room, '-n', String(PEOPLE), '--says', String(SAYS), '--hands', '2', '--settle', '1',
  '--seconds', String(SECONDS), '--max-delivery-ms', String(DELIVERY_MS), '--json'], { timeout: 90000 },
(error, stdout, stderr) => resolve({ code: error?.code ?? 0, run: stdout ? JSON.parse(stdout) : null, stderr })));

const sent = (page, text) => new Promise((resolve) => page.socket.send(text, resolve));

/** Comes again and again, as the same person, until `over.now`. */
async function attack(over, seed, client) {
  const roll = dice(seed);
  let key = null;
  while (!over.now) {
    const page = await Page.join(house, place, '', { key, client }).catch(() => null);
    if (!page) { // nginx or the room has enough of it
      over.refused++;
      continue;
    }
    key = page.welcome.me.key;
    let gone = false;
    page.closed.then((code) => {
      gone = true;
      over.codes[code] = (over.codes[code] ?? 0) + 1;
    });
    while (!gone && !over.now) {
      await sent(page, nonsense(roll, client));
      over.messages++;
      page.seen.length = 0;
      if (over.messages % 20 === 0) await new Promise(setImmediate); // what came is read, too
    }
    page.socket.terminate();
  }
}

/** Asks, and reads nothing. */
async function fillUp(over) {
  const pages = [];
  while (!over.now && pages.length < 20) {
    const page = await Page.join(house, place, '').catch(() => null);
    if (!page) {
      over.refused++;
      continue;
    }
    page.socket.pause();
    for (let i = 0; i < 290; i++) await sent(page, '{"t":"ping"}');
    pages.push(page);
  }
  for (const page of pages) page.socket.terminate();
  return pages.length;
}

it('case 19: the room runs on: every line reaches everybody once and soon', async (t) => {
  assert.ok(TYPES.length > 35 && ['vote', 'caption', 'floor', 'react', 'publish'].every((type) => TYPES.includes(type)), TYPES.join());
  const host = await ownerClient(house);
  const { over, silent, code, run, stderr } = await measured(async () => {
    const over = { now: false, messages: 0, refused: 0, codes: {} };
    const attackers = [attack(over, 1), attack(over, 2), attack(over, 3, host), fillUp(over)];
    const heard = await crowd();
    over.now = true;
    const silent = (await Promise.all(attackers)).at(-1);
    t.diagnostic(JSON.stringify({ ...over, silent, run: heard.run }));
    return { over, silent, ...heard };
  }, (one) => !/^treteau-load: delivery_ms_p95 is .*, more than/m.test(one.stderr));
  assert.equal(code, 0, stderr);
  assert.ok(run, `the crowd ended early: ${stderr}`);
  assert.equal(run.delivered, run.said * PEOPLE);
  assert.ok(over.messages > 200, `only ${over.messages} messages were sent`);
  assert.ok(over.codes[1008] > 10, JSON.stringify(over.codes));
  assert.ok(silent > 1);
  const page = await Page.join(house, place, 'After');
  assert.equal((await page.ask({ t: 'say', id: 'after', text: 'still here' }, 'said', (m) => m.id === 'after')).text, 'still here');
  await page.close();
});
