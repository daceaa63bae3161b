// Notes of the team: written by forms and by the pages' own script (src/notes/sync.js, here without a page), by several at once,
// over lost lines and the death of the server.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apply, both_after, change_between, compose, place_after } from '../../src/notes/merge.js';
import { NoteSync } from '../../src/notes/sync.js';
import { measured } from '../support/measure.mjs';
import { Page } from '../support/page.mjs';
import { makeWorld } from '../support/world.mjs';
import { start } from './support.mjs';

let world;
const NOTES = '/ours/organise/notes/';
const get = (url, who = 'host@ours') => world.send('GET', url, { who });
const post = (url, form, who = 'host@ours') => world.send('POST', url, { who, form: { csrf: world.token, ...form } });
const nonce = () => crypto.randomUUID();

/** A note with this text; its number. */
async function make(title, text = '') {
  const made = await post(NOTES, { title });
  assert.equal(made.status, 303, made.body);
  const id = Number(made.headers.location.match(/notes\/(\d+)\/write/)[1]);
  if (text) assert.equal((await post(`${NOTES}${id}/write/`, { nonce: nonce(), old: '', text })).status, 303);
  return id;
}

before(async () => {
  world = await makeWorld({ events: { ours: true, theirs: true } });
  await world.takeToken();
});
after(async () => {
  const { code, stderr } = await world.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

// --- The rules of the browser's side -----------------------------------------------------------------------------------

/** The same at each run. */
function chance(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return Math.floor((state / 4294967296) * below);
  };
}

describe('edits', () => {
  const LETTERS = ['a', 'é', '\n', '😀', ' ', 'mot'];
  const any_text = (below) => Array.from({ length: below(30) }, () => LETTERS[below(LETTERS.length)]).join('');
  /** Edits that came one after the other from one place. */
  function any_edit(below, text) {
    let edit = change_between(text, text), now = text;
    for (let n = 1 + below(4); n > 0; n--) {
      const letters = Array.from(now), at = below(letters.length + 1);
      letters.splice(at, below(4), ...any_text(below).slice(0, 6).toWellFormed());
      const next = letters.join('');
      edit = compose(edit, change_between(now, next));
      now = next;
    }
    return [edit, now];
  }

  it('of two, in either order, lead to one text', () => {
    const below = chance(20261129);
    for (let round = 0; round < 4000; round++) {
      const text = any_text(below), [a, a_text] = any_edit(below, text), [b, b_text] = any_edit(below, text);
      assert.equal(apply(a, text), a_text);
      const [a_after, b_after] = both_after(a, b);
      assert.equal(apply(b_after, a_text), apply(a_after, b_text));
    }
  });

  it('keep a cursor at its word', () => {
    const text = '😀 un deux', place = text.indexOf('deux');
    for (const after of ['😀 et un deux', 'un deux', '😀😀 un deux', 'deux', '😀 un deux trois']) {
      const moved = place_after(change_between(text, after), text, place);
      assert.equal(after.slice(moved, moved + 4), 'deux', after);
    }
  });
});

// --- Forms, without script -------------------------------------------------------------------------------------------------

describe('a note by form', () => {
  it('is begun, written, read as a page without what could harm, and taken along', async () => {
    assert.equal((await post(NOTES, { title: '' })).status, 422);
    const id = await make('Meeting of March', '# Plan\r\n\r\n- **chairs**\r\n<script>alert(1)</script>\r\n');
    const page = await get(`${NOTES}${id}/`);
    assert.match(page.body, /<h\d>Plan<\/h\d>/);
    assert.match(page.body, /<strong>chairs<\/strong>/);
    assert.doesNotMatch(page.body, /<script>alert/);
    assert.match(page.body, /last by Name of host@ours/);
    const { body, headers } = await get(`${NOTES}${id}/note.md`);
    assert.equal(body, '# Meeting of March\n\n# Plan\n\n- **chairs**\n<script>alert(1)</script>\n\n');
    assert.match(headers['content-disposition'], /attachment; filename="ours-note-\d+\.md"/);
    assert.match((await get(NOTES)).body, /Meeting of March/);
  });

  it('is read by who only reads, and written by nobody but the team', async () => {
    const id = await make('Rights', 'x');
    assert.equal((await get(`${NOTES}${id}/`, 'read-only@ours')).status, 200);
    assert.doesNotMatch((await get(`${NOTES}${id}/`, 'read-only@ours')).body, /href="write\/"/);
    for (const who of ['read-only@ours', 'speaker@ours', 'organiser@theirs', null])
      assert.equal((await post(`${NOTES}${id}/edits`, { base: 1, nonce: nonce(), edit: '[1,"y"]' }, who)).status, 403, who);
    assert.equal((await post(`/theirs/organise/notes/${id}/edits`, { base: 1, nonce: nonce(), edit: '[1,"y"]' }, 'organiser@theirs')).status, 404);
  });

  it('of two who began alike keeps the words of both, and says where they wrote at one place', async () => {
    const old = 'Salle A, lundi.\n\nQui vient ?\n', id = await make('Two', old), url = `${NOTES}${id}/write/`;
    const first = await post(url, { nonce: nonce(), old, text: old.replace('Salle A', 'Salle B') }, 'captioner@ours');
    assert.equal(first.status, 303);
    const elsewhere = await post(url, { nonce: nonce(), old, text: `${old}\nAnna.\n` });
    assert.equal(elsewhere.status, 303, 'another place is no conflict');
    const same = { nonce: nonce(), old, text: old.replace('Salle A', 'Salle C') };
    const clash = await post(url, same, 'programme@ours');
    assert.equal(clash.status, 200);
    assert.match(clash.body, /Nothing is lost/);
    assert.match(clash.body, /You wrote:<\/b> <q>C<\/q>/);
    assert.match(clash.body, /Meanwhile somebody wrote:<\/b> <q>B<\/q>/);
    const text = (await get(`${NOTES}${id}/note.md`)).body;
    assert.match(text, /Salle BC, lundi\.\n\nQui vient \?\n\nAnna\./);
    assert.equal((await post(url, same, 'programme@ours')).status, 303, 'the same form again');
    assert.equal((await get(`${NOTES}${id}/note.md`)).body, text);
  });

  it('is put away, taken back and deleted; a note has an end', async () => {
    const id = await make('Old', 'x'), url = `${NOTES}${id}/`;
    assert.equal((await post(url, { act: 'delete' }, 'organiser@ours')).status, 409);
    assert.equal((await post(url, { act: 'put-away' })).status, 303);
    assert.doesNotMatch((await get(NOTES)).body, />Old</);
    assert.match((await get(`${NOTES}?show=put-away`)).body, />Old</);
    const refused = await post(`${url}write/`, { nonce: nonce(), old: 'x', text: 'x and more' });
    assert.equal(refused.status, 410);
    assert.match(refused.body, /x and more<\/textarea>/, 'what was typed comes back');
    assert.equal((await post(url, { act: 'rename', title: 'Older' })).status, 303);
    assert.equal((await post(url, { act: 'back' })).status, 303);
    const long = await post(`${url}write/`, { nonce: nonce(), old: 'x', text: 'y'.repeat(256 * 1024 + 1) });
    assert.equal(long.status, 413);
    assert.equal((await post(url, { act: 'put-away' })).status, 303);
    assert.equal((await post(url, { act: 'delete' })).status, 409, 'a host deletes none');
    assert.equal((await post(url, { act: 'delete' }, 'organiser@ours')).status, 303);
    assert.equal((await get(url)).status, 404);
  });

  it('shows its versions, compares two, and goes back', async () => {
    const id = await make('History', 'Nous venons lundi.\n'), url = `${NOTES}${id}/history/`;
    world.db.exec(`UPDATE note_version SET begun_us = begun_us - 36e8, ended_us = ended_us - 36e8 WHERE note_id = ${id}`);
    await post(`${NOTES}${id}/write/`, { nonce: nonce(), old: 'Nous venons lundi.\n', text: 'Nous venons mardi.\n' }, 'captioner@ours');
    const list = await get(url);
    assert.match(list.body, /Version 2<\/a> <span class="tag accent">as it stands/);
    assert.match(list.body, /Name of captioner@ours/);
    const second = await get(`${url}2/`);
    assert.match(second.body, /<span class="sr">Taken away: <\/span><del>Nous venons <mark>lundi<\/mark>\.<\/del>/);
    assert.match(second.body, /<span class="sr">Added: <\/span><ins>Nous venons <mark>mardi<\/mark>\.<\/ins>/);
    assert.match((await get(`${url}1/?with=2`)).body, /<ins>Nous venons <mark>lundi<\/mark>/);
    assert.equal((await get(`${url}7/`)).status, 404);
    assert.equal((await post(`${url}1/`, {}, 'read-only@ours')).status, 403);
    assert.equal((await post(`${url}1/`, {})).status, 303);
    assert.match((await get(`${NOTES}${id}/note.md`)).body, /lundi/);
    assert.match((await get(url)).body, /went back to version 1/);
  });
});

// --- Several at once -----------------------------------------------------------------------------------------------------------

/** A page of somebody: its script, its socket. */
class Writer {
  cut = false;
  #waiting = [];

  constructor(who, id) {
    Object.assign(this, { who, id, marks: [], count: 0 });
    this.sync = new NoteSync(this, { changed: this.#look, stands: this.#look });
  }

  #look = () => { this.#waiting = this.#waiting.filter(({ holds, done }) => !holds() || done()); };

  async changes(since, key) {
    const query = new URLSearchParams({ nonce: key, ...(since !== null && { since: String(since) }) });
    return JSON.parse((await this.#reach('GET', `edits?${query}`)).body);
  }

  async post(base, edit, key) {
    const { status, body } = await this.#reach('POST', 'edits', { csrf: world.token, base, nonce: key, edit: JSON.stringify(edit) });
    return { status, ...JSON.parse(body) };
  }

  async #reach(method, url, form = null) {
    if (this.cut) throw new TypeError('cut off');
    const answer = await world.send(method, `${NOTES}${this.id}/${url}`, { who: this.who, form }).catch((error) => { throw new TypeError(String(error)); });
    if (this.cut) throw new TypeError('cut off'); // the answer is lost, what was asked is done
    return answer;
  }

  async listen() {
    const client = { cookies: [['session', world.accounts.get(this.who).cookie]] };
    this.page = await Page.open(world.server, { path: `${NOTES}socket` }, { client });
    this.page.socket.on('message', (bytes) => {
      const message = JSON.parse(bytes);
      if (message.t === 'edit' && message.note === this.id && !this.cut) this.sync.hear(message);
      this.#look(); // an edit may change no letter
    });
  }

  /** Types a word of its own somewhere, and now and then takes away letters that stood there at first. */
  type(below) {
    const letters = Array.from(this.sync.text), at = below(letters.length + 1);
    if (below(3) === 0 && letters[at] === 'x') letters.splice(at, 1);
    else {
      const inside = letters.slice(0, at).join('').lastIndexOf('<') > letters.slice(0, at).join('').lastIndexOf('>');
      const mark = `<${this.who.slice(0, 4)}${this.count++}>`;
      letters.splice(inside ? letters.length : at, 0, mark);
      this.marks.push(mark);
    }
    this.sync.local(letters.join(''));
  }

  until(holds) {
    if (holds()) return null;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${this.who} at ${this.sync.rev}, ${this.sync.standing}: ${this.sync.why}`)), 25000);
      this.#waiting.push({ holds, done: () => { clearTimeout(late); resolve(); return false; } });
    });
  }
}

/** Until nobody has a word that is not kept, and all have the same. */
async function settle(writers) {
  for (const writer of writers) await writer.until(() => !writer.sync.pending && writer.sync.standing === 'saved');
  const rev = Math.max(...writers.map(({ sync }) => sync.rev));
  for (const writer of writers) {
    await writer.sync.catch_up();
    await writer.until(() => writer.sync.rev >= rev);
  }
}

function expect_alike(writers, text) {
  for (const { who, sync, marks } of writers) {
    assert.equal(sync.text, text, who);
    for (const mark of marks) assert.ok(text.includes(mark), `${mark} was lost`);
  }
}

describe('several who write at once', () => {
  let id, writers;
  before(async () => {
    id = await make('Together', 'xxxx xxxx 😀 xxxx\n'.repeat(20));
    writers = ['host@ours', 'captioner@ours', 'programme@ours'].map((who) => new Writer(who, id));
    for (const writer of writers) {
      await writer.sync.open();
      await writer.listen();
    }
  });
  after(async () => {
    for (const { sync, page } of writers) {
      sync.close();
      await page.close();
    }
  });
  const stored = async () => (await get(`${NOTES}${id}/note.md`)).body.replace(/^# Together\n\n/, '').slice(0, -1);

  it('see each other’s words within a second, and come to one text', async () => {
    const [one, other] = writers;
    await measured(async (earlier) => {
      const begun = performance.now(), line = `Bonjour ${earlier.length}\n`;
      one.sync.local(line + one.sync.text);
      await other.until(() => other.sync.text.startsWith(line));
      return performance.now() - begun;
    }, (took_ms) => took_ms < 1000);
    const below = chance(1);
    for (let round = 0; round < 60; round++) {
      writers[below(3)].type(below);
      if (below(3) === 0) await new Promise(setImmediate);
    }
    await settle(writers);
    expect_alike(writers, await stored());
  });

  it('lose nothing while one is cut off, nor twice write what an answer was lost of', async () => {
    const [one, other, third] = writers, below = chance(2);
    third.cut = true;
    for (let round = 0; round < 20; round++) writers[below(3)].type(below);
    await settle([one, other]);
    assert.ok(third.sync.pending);
    one.type(below);
    const answered = one.sync.pending;
    third.cut = false;
    await settle(writers);
    assert.ok(answered);
    const text = await stored();
    expect_alike(writers, text);
    for (const mark of writers.flatMap(({ marks }) => marks)) assert.equal(text.split(mark).length, 2, `${mark} stands twice`);
  });

  it('go on after the server was killed in the midst: what was said to be kept is there', async () => {
    const [one] = writers, below = chance(3);
    one.type(below);
    await settle(writers);
    const kept = writers.flatMap(({ marks }) => marks);
    for (const writer of writers) writer.type(below);
    await world.server.kill();
    world.server = await start({ command: 'serve', folder: world.folder });
    const after_kill = await stored();
    for (const mark of kept) assert.ok(after_kill.includes(mark), `${mark} was kept, and is gone`);
    for (const writer of writers) {
      writer.type(below);
      await writer.listen();
    }
    await settle(writers);
    expect_alike(writers, await stored());
  });

  it('are told where the others are, and hear nothing once out of the team', async () => {
    const [one, other] = writers.map(({ page }) => page);
    one.send({ t: 'at', note: id, line: 3 });
    other.send({ t: 'at', note: id, line: 0 });
    const place = await other.next('at', ({ line }) => line === 3);
    assert.equal(place.name, 'Name of host@ours');
    await one.close();
    assert.equal((await other.next('left')).id, place.id);
    const { id: account } = world.accounts.get('captioner@ours');
    world.db.prepare('DELETE FROM role WHERE account_id = ?').run(account);
    await post(`${NOTES}${id}/edits`, { base: writers[0].sync.rev, nonce: nonce(), edit: JSON.stringify(['! ', Array.from(writers[0].sync.text).length]) });
    assert.equal(await other.closed, 1008);
    assert.equal(other.seen.some(({ t, edit }) => t === 'edit' && edit[0] === '! '), false);
    writers[1].sync.close();
  });

  it('are refused what is no edit, and an edit of what is long gone is put after all by the page', async () => {
    const rev = writers[0].sync.rev;
    for (const edit of ['', '[]x', '{"a":1}', '["x\\u0007"]', '[5]'])
      assert.equal((await post(`${NOTES}${id}/edits`, { base: rev, nonce: nonce(), edit })).status, 422, edit);
    assert.equal((await post(`${NOTES}${id}/edits`, { base: 1e6, nonce: nonce(), edit: '[1]' })).status, 409);
    const late = new Writer('programme@ours', id);
    await late.sync.open();
    late.cut = true;
    late.type(chance(5));
    await late.until(() => late.sync.standing === 'offline');
    const { rev: base, text } = await new Writer('host@ours', id).changes(null, '');
    await post(`${NOTES}${id}/edits`, { base, nonce: nonce(), edit: JSON.stringify([Array.from(text).length, 'la fin']) });
    world.db.exec(`DELETE FROM note_edit WHERE note_id = ${id}`);
    late.cut = false;
    await settle([late]);
    expect_alike([late], await stored());
    assert.match(late.sync.text, /la fin/);
    late.sync.close();
  });
});
