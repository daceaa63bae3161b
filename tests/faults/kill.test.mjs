// The server is killed fifty times (a thousand by ./test long) while people register, write and raise hands and a session is recorded: what was
// acknowledged is there, once and in order, the store is whole, the recording went on each time and plays.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownerClient, program, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { decode, list, recordingFolder } from './recording.mjs';
import { speaker } from './speaker.mjs';
import { chance, rows, startAgain, until } from './support.mjs';

const KILLS = process.env.TRETEAU_LONG === '1' ? 1000 : 50;
const REGISTRARS = 4;
const TALKERS = 4;
const LIFE_MS = 200; // at most, before the next kill
const SOON_MS = 20;
const LONG_EVERY = 7; // lives so long that the recording has gone on: a piece of it takes seconds
const random = chance();
const skip = !existsSync('/usr/bin/ffmpeg') && 'the ffmpeg command is not installed';
let server, place, guest, over = false;

before(async () => {
  server = await start();
  place = await importLive(server);
});
after(async () => {
  await guest?.stop();
  await server.stop({ keep: false });
});

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Registers one address after the other; one whose answer was lost is sent again, as a person does. */
async function registrar(number, done) {
  const client = server.client();
  const token = await client.token(`/${place.slug}/register/`);
  for (let n = 0; !over; n++) {
    const email = `r${number}-${n}@example.org`;
    for (let sent = false; !sent && !over;) {
      const answer = await client.post(`/${place.slug}/register/`, { name: `Person ${number}-${n}`, email }, { token })
        .catch(() => null);
      sent = answer?.status === 303;
      if (answer && !sent) done.faults.push(`${email}: ${answer.status} ${answer.body_text}`);
      if (!sent) await pause(SOON_MS);
    }
    (over ? done.perhaps : done.kept).push(email);
  }
}

/** A page that writes line after line, and raises and lowers its hand, each sent again until it is acknowledged. */
class Talker {
  lines = []; // acknowledged: {n, text}
  key = null;
  hand = false;
  said = 0;

  constructor(number) {
    this.number = number;
  }

  async run() {
    while (!over) {
      try {
        this.page = await Page.join(server, place, `Talker ${this.number}`, { key: this.key });
        this.key = this.page.welcome.me.key;
        this.id = this.page.welcome.me.id;
        while (!over) await this.sayAndPoint();
      } catch {
        await pause(SOON_MS);
      }
    }
    this.page?.socket.terminate();
  }

  async sayAndPoint() {
    const id = `line-${this.said}`, text = `${this.number}: ${this.said}`;
    const answer = await this.page.ask({ t: 'say', id, text }, ['said', 'refused'], (m) => m.id === id);
    if (answer.t === 'refused') return pause(10 * SOON_MS); // ten lines in ten seconds are allowed
    this.lines.push({ n: answer.n, text });
    this.said++;
    const up = this.said % 3 === 0;
    this.handPending = true;
    await this.page.ask({ t: 'hand', up }, 'hands', (m) => m.list.includes(this.id) === up);
    this.hand = up;
    this.handPending = false;
  }
}

/** One more power cut: at some moment of a life, or (once in five) while the server is still starting. */
async function cut(kill, recorded) {
  if (random() < 0.2) {
    const starting = spawn(program, ['demo', '--empty', '--data', server.folder, '--port', '0', '--media-port', '0'],
      { stdio: 'ignore' });
    const ended = new Promise((resolve) => starting.on('exit', resolve));
    await pause(random() * 30);
    starting.kill('SIGKILL');
    await ended;
  }
  server = await startAgain(server);
  if (kill % LONG_EVERY === 0) {
    const { length } = recorded.pieces();
    await until(`the recording goes on in life ${kill}`, () => recorded.pieces().length > length, { deadline_ms: 30000 });
  }
  await pause(random() * LIFE_MS);
  await server.kill();
  recorded.check();
}

/** The recording under way: what was in its list once stays in it, byte for byte. */
class Recorded {
  known = [];

  async begin() {
    const host = await Page.join(server, place, '', { client: await ownerClient(server) });
    guest = await speaker(server, place, host);
    host.send({ t: 'record', on: true });
    await host.next('record', (m) => m.on);
    this.folder = await recordingFolder(server);
    await until('the first piece', () => this.pieces().length > 0, { deadline_ms: 20000 });
    await host.close();
  }

  pieces() {
    return list(this.folder).pieces;
  }

  check() {
    const now = this.pieces();
    assert.deepEqual(now.slice(0, this.known.length), this.known, 'what was in the list stays');
    this.known = now;
  }
}

/** The addresses of the organiser's table of registrations. */
async function registered() {
  const owner = await ownerClient(server);
  const { status, body_text } = await owner.get(`/${place.slug}/organise/registrations/export.csv`);
  assert.equal(status, 200);
  return [...body_text.matchAll(/[^\s,;"]+@example\.org/g)].map(([email]) => email);
}

describe('case 22: killed again and again', { skip }, () => {
  const done = { kept: [], perhaps: [], faults: [] };
  const talkers = Array.from({ length: TALKERS }, (_, number) => new Talker(number));
  const recorded = new Recorded();

  it('starts again each time, and records on', async (t) => {
    await recorded.begin();
    const work = [...talkers.map((talker) => talker.run()),
      ...Array.from({ length: REGISTRARS }, (_, number) => registrar(number, done))];
    try {
      await until('everybody has begun', () => done.kept.length >= REGISTRARS && talkers.every(({ said }) => said > 0));
      await server.kill();
      recorded.check();
      for (let kill = 1; kill < KILLS; kill++) await cut(kill, recorded);
      server = await startAgain(server);
      const lines = talkers.map(({ said }) => said);
      await until('everybody has come back', () => talkers.every(({ said }, n) => said > lines[n]), { deadline_ms: 30000 });
    } finally {
      over = true;
      for (const { page } of talkers) page?.socket.terminate();
      await Promise.all(work);
    }
    t.diagnostic(`${done.kept.length} registrations, ${talkers.flatMap(({ lines }) => lines).length} lines, ${recorded.known.length} pieces`);
    assert.deepEqual(done.faults, []);
  });

  // first: a hand whose owner stays away goes down after half a minute
  it('hands stand as they were acknowledged', async () => {
    const page = await Page.join(server, place, 'Reader');
    const { hands } = page.welcome;
    assert.equal(new Set(hands).size, hands.length);
    for (const talker of talkers)
      if (!talker.handPending) assert.equal(hands.includes(talker.id), talker.hand, `talker ${talker.number}`);
    await page.close();
  });

  it('every acknowledged registration is in the organiser\'s list, once, and its mail is ready', async () => {
    const list = await registered();
    assert.equal(new Set(list).size, list.length);
    assert.deepEqual(done.kept.filter((email) => !list.includes(email)), []);
    assert.deepEqual(list.filter((email) => ![...done.kept, ...done.perhaps].includes(email)), []);
    const mails = rows(server.folder, 'SELECT recipient FROM mail').map(({ recipient }) => recipient);
    assert.deepEqual(mails.toSorted(), list.toSorted());
  });

  it('every acknowledged line is in the chat, once, in order', async () => {
    const stored = rows(server.folder, 'SELECT n, text FROM live_line ORDER BY n');
    assert.deepEqual(stored.map(({ n }) => n), stored.map((_, index) => index + 1));
    assert.equal(new Set(stored.map(({ text }) => text)).size, stored.length);
    const byNumber = new Map(stored.map(({ n, text }) => [n, text]));
    for (const { lines } of talkers) {
      assert.deepEqual(lines.filter(({ n, text }) => byNumber.get(n) !== text), []);
      assert.deepEqual(lines.map(({ n }) => n), lines.map(({ n }) => n).toSorted((a, b) => a - b));
    }
    const page = await Page.join(server, place, 'Reader');
    assert.deepEqual(page.welcome.chat.map(({ n, text }) => ({ n, text })), stored.slice(-200).map((row) => ({ ...row })));
    await page.close();
  });

  it('the recording gets its end and plays, all but the pieces that were open', async () => {
    const host = await Page.join(server, place, '', { client: await ownerClient(server) });
    assert.equal(host.welcome.recording, true);
    host.send({ t: 'end' });
    await host.next('ended');
    await until('its end', () => list(recorded.folder).ended, { deadline_ms: 10000 });
    recorded.check();
    assert.ok(recorded.known.length > Math.floor((KILLS - 1) / LONG_EVERY), `${recorded.known.length} pieces`);
    assert.equal(await decode(path.join(recorded.folder, 'programme.m3u8')), '');
    await until('the one file', () => readdirSync(recorded.folder).includes('replay.mp4'), { deadline_ms: 20000 });
    assert.equal(await decode(path.join(recorded.folder, 'replay.mp4')), '');
    await host.close();
  });

  it('an upload that was cut off leaves no file', async () => {
    const owner = await ownerClient(server);
    const address = `/${place.slug}/organise/import/`;
    const csrf = await owner.token(address);
    const upload = connect(new URL(server.origin).port, '127.0.0.1');
    upload.on('error', () => {}); // the server is killed under it
    upload.write(`POST ${address} HTTP/1.1\r\nHost: ${new URL(server.origin).host}\r\nOrigin: ${server.origin}\r\n`
      + `Cookie: ${[...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ')}\r\n`
      + 'Content-Type: multipart/form-data; boundary=----part\r\nContent-Length: 1000000\r\n\r\n'
      + `------part\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${csrf}\r\n`
      + `------part\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\n\r\n${'x'.repeat(100000)}`);
    const left = () => (existsSync(path.join(server.folder, 'tmp')) ? readdirSync(path.join(server.folder, 'tmp')).length : 0);
    await until('the file has begun', () => left() === 1);
    await server.kill();
    server = await startAgain(server);
    assert.equal(left(), 0);
  });

  it('the store is whole', async () => {
    const { code, stderr } = await server.stop({ keep: true });
    assert.equal(code, 0, stderr);
    assert.deepEqual(rows(server.folder, 'PRAGMA integrity_check').map((row) => row.integrity_check), ['ok']);
    assert.deepEqual(rows(server.folder, 'PRAGMA foreign_key_check'), []);
    server = await startAgain(server);
  });
});
