// Cases 2 and 3: slow heads, bodies and readers, and a storm of connections, through nginx with the shipped site.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http2 from 'node:http2';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import { measured } from '../support/measure.mjs';
import { residentOf, startBehindProxy } from '../support/proxy.mjs';
import { importLive } from '../support/sample.mjs';

let house;
before(async () => {
  house = await startBehindProxy();
  await importLive(house.server);
});
after(async () => {
  const { code, stderr, complaints } = await house.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(complaints, /\[(emerg|alert|crit)\]/);
});

/** The longest of `count` pages, in ms, asked for one after the other while `attack` runs. */
async function longestWait(count = 10) {
  let longest = 0;
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    const answer = await fetch(`${house.origin}/test/schedule/?q=${i}`);
    await answer.text();
    assert.equal(answer.status, 200);
    longest = Math.max(longest, performance.now() - begun);
  }
  return longest;
}

/** So many pages at once on one connection; each answer's head is told. */
function wave(count, told) {
  return new Promise((resolve, reject) => {
    const connection = http2.connect(house.origin, { rejectUnauthorized: false }).on('error', reject);
    let left = count;
    for (let i = 0; i < count; i++) {
      const stream = connection.request({ ':path': '/test/' });
      stream.on('response', told).on('error', reject).resume();
      stream.on('end', () => { if (--left === 0) connection.close(resolve); });
    }
  });
}

/** Runs slowhttptest until it has its connections; its own end is not waited for. */
async function under(args, work) {
  const attack = spawn('slowhttptest', [...args, '-u', `${house.origin}/sign-in/`, '-v', '1'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => attack.on('exit', resolve));
  let text = '';
  try {
    await new Promise((resolve, reject) => {
      const look = (bytes) => {
        text += String(bytes).replaceAll(/\x1b\[[0-9;]*m/g, '');
        const connected = Math.max(...[...text.matchAll(/connected:\s+(\d+)/g)].map((one) => Number(one[1])), 0);
        if (connected >= 150) resolve();
      };
      attack.stdout.on('data', look);
      attack.stderr.on('data', look);
      ended.then(() => reject(new Error(`slowhttptest ended: ${text.slice(-500)}`)));
    });
    return await work();
  } finally {
    attack.kill('SIGKILL');
    await ended;
  }
}

describe('case 2: slow ones, others are served under a second', { concurrency: true }, () => {
  const many = ['-c', '300', '-r', '300', '-i', '5', '-l', '60'];
  for (const [name, kind] of [['heads', ['-H']], ['bodies', ['-B', '-s', '8192']], ['readers', ['-X', '-w', '1', '-y', '1', '-n', '5', '-z', '1', '-k', '3']]])
    it(`case 2: ${name}`, () => measured(() => under([...kind, ...many], () => longestWait()), (longest_ms) => longest_ms < 1000));
  it('case 2: a head that does not end is cut after ten seconds', async () => {
    const begun = performance.now();
    await new Promise((resolve, reject) => {
      const socket = net.connect(house.nginx.httpPort, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX: '));
      socket.on('end', resolve).on('close', resolve).on('data', resolve).on('error', reject);
    });
    assert.ok(performance.now() - begun < 12000);
  });
});

describe('case 3: a storm of connections', () => {
  it('case 3: memory stays bounded, who comes too often hears 503 and when to come back, then all are served again', async () => {
    const [server, ...proxy] = [house.child.pid, ...house.nginx.pids()];
    const memory = () => residentOf(server) + proxy.reduce((sum, pid) => sum + residentOf(pid), 0);
    const earlier = memory();
    const sockets = [];
    for (let i = 0; i < 1500; i++) // more than one address may have
      sockets.push(net.connect(house.nginx.httpsPort, '127.0.0.1').on('error', () => {}));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))));
    const seen = new Map();
    let later;
    for (let asked = 0; asked < 20000 && !(later && seen.get(200)); asked += 100) await wave(100, (answer) => {
      seen.set(answer[':status'], (seen.get(answer[':status']) ?? 0) + 1);
      if (answer[':status'] === 503) later = answer['retry-after'];
    });
    const grown = memory() - earlier;
    for (const socket of sockets) socket.destroy();
    assert.deepEqual([...seen.keys()].sort(), [200, 503], JSON.stringify([...seen]));
    assert.equal(later, '10');
    assert.ok(grown < 120 * 1024, `${grown} kB more`);
    for (const end = Date.now() + 5000; ;) { // the bucket empties by 100 a second
      const answer = await fetch(`${house.origin}/test/`);
      await answer.text();
      if (answer.status === 200) break;
      assert.ok(Date.now() < end, 'still refused');
    }
  });
});
