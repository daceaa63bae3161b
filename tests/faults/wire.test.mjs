// What no page of ours sends, on the sockets and on the media port: it is refused or dropped and counted, costs no
// memory, and another page in the room notices nothing.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { start } from '../http/support.mjs';
import { measured } from '../support/measure.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { chance, until } from './support.mjs';
import { CLOSE, PING, TEXT, Wire, frame } from './wire.mjs';

const PONG_WITHIN_MS = 1000; // the machine is busy with the attacker as well
const GROWTH_MAX = 48 << 20; // bytes, of the whole server
let server, place, witness, watching, slowest;

before(async () => {
  server = await start();
  place = await importLive(server);
  witness = await Page.join(server, place, 'Witness');
  slowest = 0;
  watching = (async () => { // a page that goes on: a word to the server is answered at once, all the time
    for (;;) {
      const asked = performance.now();
      if (await witness.ask({ t: 'ping' }, 'pong').catch(() => true) === true) return;
      slowest = Math.max(slowest, performance.now() - asked);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
});
after(async () => {
  await witness.close();
  await watching;
  const { code, stderr } = await server.stop({ keep: false });
  assert.equal(code, 0, stderr);
});

const residentBytes = () => Number(readFileSync(`/proc/${server.child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) << 10;

/** Does `attack`, then looks whether the witness was served all along and the server has not swollen. */
async function unharmed(attack) {
  await measured(async () => {
    await witness.ask({ t: 'ping' }, 'pong');
    slowest = 0;
    const before_ = residentBytes();
    await attack();
    await witness.ask({ t: 'ping' }, 'pong');
    const pong_ms = slowest, growth = residentBytes() - before_;
    assert.ok(growth < GROWTH_MAX, `${growth >> 20} MiB more`);
    return pong_ms;
  }, (pong_ms) => pong_ms < PONG_WITHIN_MS);
}

describe('frames that break the rules', () => {
  const broken = [
    ['an unknown opcode', 1002, [frame(3, 'x')]],
    ['an unknown control opcode', 1002, [frame(11)]],
    ['reserved bits', 1002, [frame(TEXT, '{}', { reserved: 4 })]],
    ['no mask', 1002, [frame(TEXT, '{"t":"ping"}', { masked: false })]],
    ['a ping in fragments', 1005, [frame(PING, '', { fin: false })]],
    ['a ping too long', 1005, [frame(PING, 'x'.repeat(126))]],
    ['a continuation of nothing', 1002, [frame(0, 'x')]],
    ['a message within another', 1002, [frame(TEXT, '{', { fin: false }), frame(TEXT, '}')]],
    ['a close of one byte', 1005, [frame(CLOSE, 'x')]],
    ['a close with a code that must not be sent', 1002, [frame(CLOSE, Buffer.from([0x03, 0xed]))]],
    ['text that is no UTF-8', 1007, [frame(TEXT, Buffer.from([0xc3, 0x28]))]],
    ['a length of 64 bits with the highest set', 1005, [frame(TEXT, 'x', { length: 2n ** 64n - 1n })]],
    ['a length of an exabyte', 1009, [frame(TEXT, 'x', { length: 2n ** 60n })]],
    ['a length of 65 KiB', 1009, [frame(TEXT, 'x', { length: 65 << 10 })]],
  ];
  for (const [what, code, bytes] of broken)
    it(`${what}: closed with ${code}`, () => unharmed(async () => {
      const wire = await Wire.open(server, place);
      await wire.join();
      await wire.write(Buffer.concat(bytes));
      assert.equal(await wire.code(), code);
    }));
  it('a hundred connections that end in the middle of a frame', () => unharmed(async () => {
    const wires = await Promise.all(Array.from({ length: 100 }, () => Wire.open(server, place)));
    for (const [n, wire] of wires.entries()) {
      await wire.write(frame(TEXT, '{"t":"join","name":"Stranger","key":null}').subarray(0, 1 + n % 40));
      wire.destroy();
    }
    await until('nobody else is left', async () => {
      const { body_text } = await server.client().get('/metrics');
      return /^treteau_people 1$/m.test(body_text);
    });
  }));
});

describe('floods', () => {
  /** Writes `bytes` again and again, until the server closes or `times` are done. */
  async function pour(wire, bytes, times) {
    for (let i = 0; i < times && !wire.socket.destroyed; i++) if (!await wire.write(bytes)) return;
  }
  const many = (bytes, times) => Buffer.concat(Array(times).fill(bytes));

  it('a message in fragments without end is closed at its length', () => unharmed(async () => {
    const wire = await Wire.open(server, place);
    await wire.write(frame(TEXT, '{', { fin: false }));
    await pour(wire, many(frame(0, 'x', { fin: false }), 1000), 100);
    assert.equal(await wire.code(), 1009);
  }));
  it('fragments of nothing', () => unharmed(async () => {
    const wire = await Wire.open(server, place);
    await wire.write(frame(TEXT, '{', { fin: false }));
    await pour(wire, many(frame(0, '', { fin: false }), 10000), 50);
    wire.destroy();
  }));
  it('pings whose pongs are read', () => unharmed(async () => {
    const wire = await Wire.open(server, place);
    await wire.join();
    await pour(wire, many(frame(PING), 10000), 50);
    wire.destroy();
  }));
  it('pings whose pongs nobody reads are closed', () => unharmed(async () => {
    const wire = await Wire.open(server, place);
    wire.socket.pause();
    await pour(wire, many(frame(PING, 'x'.repeat(125)), 1000), 200);
    wire.socket.resume();
    await wire.ended;
  }));
  for (const message of [{ t: 'hand', up: true }, { t: 'consent', yes: true }, { t: 'name', name: 'Other' }, { t: 'ping' }])
    it(`ten thousand times "${message.t}" is closed with 1008`, () => unharmed(async () => {
      const wire = await Wire.open(server, place);
      await wire.join();
      await pour(wire, many(frame(TEXT, JSON.stringify(message)), 1000), 10);
      assert.equal(await wire.code(), 1008);
    }));
});

describe('what a stranger may cost the server', () => {
  it('a file sent by somebody who may not is refused before it is written', () => unharmed(async () => {
    const upload = connect(new URL(server.origin).port, '127.0.0.1');
    upload.on('error', () => {}); // it is closed under us
    const head = '------part\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\n\r\n';
    // The first KiB of 16 MiB: closed with bytes unread, a connection may lose the answer to a reset.
    upload.write(`POST /${place.slug}/organise/import/ HTTP/1.1\r\nHost: ${new URL(server.origin).host}\r\n`
      + `Content-Type: multipart/form-data; boundary=----part\r\nContent-Length: ${16 << 20}\r\n\r\n${head}${'x'.repeat(1 << 10)}`);
    let answer = '';
    upload.setEncoding('utf8').on('data', (text) => { answer += text; });
    await new Promise((resolve) => upload.on('close', resolve));
    assert.match(answer, /^HTTP\/1.1 403 /);
    assert.equal(existsSync(path.join(server.folder, 'tmp')), false);
  }));
  it('every descriptor taken: pages are late, the server lives and serves again', async () => {
    execFileSync('prlimit', ['--pid', String(server.child.pid), '--nofile=160:']);
    const idle = Array.from({ length: 150 }, () => connect(new URL(server.origin).port, '127.0.0.1').on('error', () => {}));
    const get = (socket) => socket.write(`GET /${place.slug}/schedule/ HTTP/1.1\r\nHost: ${new URL(server.origin).host}\r\n\r\n`);
    for (let round = 0; round < 20; round++) idle.forEach(get);
    await Promise.race(idle.map((socket) => new Promise((resolve) => socket.once('data', resolve))));
    idle.forEach((socket) => socket.destroy());
    await until('a page is served', () => server.client().get(`/${place.slug}/`).then(({ status }) => status === 200, () => false));
    execFileSync('prlimit', ['--pid', String(server.child.pid), '--nofile=4096:']);
    await witness.ask({ t: 'ping' }, 'pong');
  });
});

describe('a page that reads nothing', () => {
  it('is let go when it owes too much for ten seconds, and the others have every word', () => unharmed(async () => {
    witness.seen.length = 0;
    const slow = await Wire.open(server, place);
    slow.socket.pause();
    slow.write(frame(TEXT, '{"t":"join","name":"Slow","key":null}'));
    const slowIn = (m) => m.set.find((person) => person.name === 'Slow');
    const { id } = slowIn(await witness.next('people', slowIn));
    for (let person = 0; person < 30; person++) {
      const page = await Page.join(server, place, `Talker ${person}`);
      for (let n = 0; n < 10; n++)
        await page.ask({ t: 'say', id: `l${n}`, text: '\u{1f3ad}'.repeat(1000) }, 'said', (m) => m.id === `l${n}`);
      await page.close();
    }
    witness.deadline_ms = 20000;
    await witness.next('people', (m) => m.set.some((p) => p.id === id && p.away) || m.gone.includes(id));
    witness.deadline_ms = 8000;
    assert.equal(witness.seen.filter((m) => m.t === 'said').length, 300);
    slow.destroy();
  }));
});

describe('datagrams on the media port', () => {
  const TIMES = 20000;
  const random = chance();
  const bytes = (size, first) => Buffer.from(Array.from({ length: size }, (_, n) => n === 0 && first !== undefined ? first : random() * 256));
  const stun = Buffer.from('000100502112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff'
    + '80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcd', 'hex');
  const attacks = {
    'random bytes': () => bytes(1 + random() * 1400),
    'truncated STUN': () => stun.subarray(0, 20 + random() * (stun.length - 20)),
    'STUN for nobody': () => stun,
    'DTLS garbage': () => bytes(13 + random() * 200, 22),
    'RTP without a peer': () => bytes(12 + random() * 1200, 128),
  };
  const dropped = async () => {
    const { body_text } = await server.client().get('/metrics');
    return [...body_text.matchAll(/^treteau_drop_(?!none)\w+ (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  for (const [what, make] of Object.entries(attacks))
    it(`${TIMES} of ${what} are dropped and counted`, () => unharmed(async () => {
      const port = Number(server.stderr.match(/media=udp\/(\d+)/)[1]);
      const socket = createSocket('udp4');
      const made = Array.from({ length: 200 }, make);
      const nearly_all = (count) => count > TIMES * 0.9;
      await measured(async () => { // what the kernel has no room for, while the machine does something else, is nobody's to count
        const earlier = await dropped(), counted = async () => await dropped() - earlier;
        for (let sent = 0; sent < TIMES; sent += made.length)
          await Promise.all(made.map((datagram) => new Promise((resolve) => socket.send(datagram, port, '127.0.0.1', resolve))));
        await until('nearly all are counted', async () => nearly_all(await counted())).catch(() => {});
        return counted();
      }, nearly_all);
      socket.close();
    }));
});
