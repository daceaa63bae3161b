// The demo's sample speakers, from outside: they are on stage while no person is, and make room at once.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { build, ownerClient, start } from '../http/support.mjs';
import { measured } from '../support/measure.mjs';

const EVENT = 'nec-sud-charente', ROOM = 'grande-scene';
const WAIT_MS = 20000;

/** Somebody in the room, who knows who is there. */
class Visitor {
  constructor(server, client = server.client()) {
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    this.people = new Map();
    this.lookers = new Set();
    this.socket = new WebSocket(`${server.origin.replace('http', 'ws')}/${EVENT}/live/${ROOM}/socket`,
      { headers: { cookie, origin: server.origin } });
    this.socket.on('open', () => this.say({ t: 'join', name: 'test', key: null, h264: true, publish: null, subscribe: null }));
    this.socket.on('message', (bytes) => this.hear(JSON.parse(bytes)));
  }

  hear(message) {
    if (message.t === 'welcome') this.me = message.me;
    for (const person of message.people ?? message.set ?? []) this.people.set(person.id, person);
    for (const id of message.gone ?? []) if (typeof id === 'number') this.people.delete(id);
    for (const look of this.lookers) look();
  }

  say(message) {
    this.socket.send(JSON.stringify(message));
  }

  get samples() {
    return [...this.people.values()].filter(({ name, stage }) => /exemple/i.test(name) && stage !== null);
  }

  /** Until what is said here is so. */
  until(what, is) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`not so: ${what}; ${JSON.stringify([...this.people.values()])}`)), WAIT_MS);
      const look = () => {
        if (!is()) return;
        clearTimeout(late);
        this.lookers.delete(look);
        resolve();
      };
      this.lookers.add(look);
      look();
    });
  }

  close() {
    this.socket.close(1000);
  }
}

let server, guest;
before(async () => {
  server = await start({ seed: true });
  guest = new Visitor(server);
});
after(async () => {
  guest?.close();
  await server?.stop();
});

it('two stand on the stage with picture and sound', async () => {
  await guest.until('two samples are on stage', () => guest.samples.length === 2);
  await guest.until('both send', () => guest.samples.every(({ mic, camera }) => mic && camera));
});

it('what they send arrives and can be decrypted', async () => {
  // Two sounds of 50 packets a second and two pictures of 15 frames a second, to two watchers.
  const expected = 2 * 3 * (100 + 30) * 0.9;
  await measured(async () => { // fewer are sent where the machine does something else
    const { stdout } = await promisify(execFile)(path.join(build, 'src/load/treteau-load'),
      ['room', '--url', server.origin, '--event', EVENT, '--room', ROOM, '-p', '0', '-n', '2', '--seconds', '3', '--settle', '1',
        '--open-every', '1', '--json'], { timeout: 60000 });
    const run = JSON.parse(stdout);
    assert.equal(run.received, run.forwarded);
    assert.equal(run.spoilt, 0);
    return run.received;
  }, (packets) => packets > expected);
});

it('they make room for a person, and come back when the stage is empty', async () => {
  const host = new Visitor(server, await ownerClient(server));
  await host.until('the host is in', () => host.me);
  host.say({ t: 'take' });
  await guest.until('the samples have left', () => guest.samples.length === 0);
  await guest.until('the host is on stage', () => guest.people.get(host.me.id)?.stage != null);
  host.say({ t: 'leave' });
  await guest.until('the samples are back', () => guest.samples.length === 2);
  host.close();
});

it('they end with the program', async () => {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(server.child.pid)]);
  const children = stdout.trim().split(/\s+/).map(Number).filter(Boolean);
  assert.ok(children.length > 0, 'the speakers are a child of the program');
  await server.kill();
  for (const pid of children) // tail ends with that process; timeout's 124 would fail here
    await promisify(execFile)('timeout', ['5', 'tail', `--pid=${pid}`, '-f', '/dev/null']);
});
