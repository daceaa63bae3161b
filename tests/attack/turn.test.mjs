// ASVS 17.1.2: a TURN server by the shipped sample stands somebody who asks for more and more ports. One user has their
// share, all of them have theirs, others go on, and what is closed is free again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { startCoturn, turnCredentials } from '../support/coturn.mjs';
import { freePort } from '../support/proxy.mjs';

const SECRET = 'of this test alone', ADDRESS = '127.0.0.1';
const QUOTA_REACHED = 486;
const ALLOCATE = 0x0003, SUCCESS = 0x0103, USERNAME = 0x0006, INTEGRITY = 0x0008, ERROR_CODE = 0x0009, REALM = 0x0014, NONCE = 0x0015, TRANSPORT = 0x0019;
const sample = readFileSync(new URL('../../etc/coturn/turnserver.conf', import.meta.url), 'utf8');
const quota = (name) => Number(new RegExp(`^${name}=(\\d+)`, 'm').exec(sample)[1]);

const attribute = (type, value) => {
  const head = Buffer.alloc(4), bytes = Buffer.from(value);
  head.writeUInt16BE(type, 0), head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, bytes, Buffer.alloc(-bytes.length & 3)]);
};

/** RFC 8656 7.1 over TCP, with the long-term credentials of RFC 8489 9.2. */
function allocateRequest(challenge) {
  let body = attribute(TRANSPORT, [17, 0, 0, 0]);
  const head = Buffer.alloc(20);
  head.writeUInt16BE(ALLOCATE, 0), head.writeUInt32BE(0x2112a442, 4), randomBytes(12).copy(head, 8);
  if (challenge) {
    const { username, credential, realm, nonce } = challenge;
    body = Buffer.concat([body, attribute(USERNAME, username), attribute(REALM, realm), attribute(NONCE, nonce)]);
    head.writeUInt16BE(body.length + 24, 2);
    const key = createHash('md5').update(`${username}:${realm}:${credential}`).digest();
    body = Buffer.concat([body, attribute(INTEGRITY, createHmac('sha1', key).update(head).update(body).digest())]);
  }
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

/** One message, whole: its type and attributes. */
function answer(socket) {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const more = (piece) => {
      bytes = Buffer.concat([bytes, piece]);
      if (bytes.length < 20 || bytes.length < 20 + bytes.readUInt16BE(2))
        return;
      socket.off('data', more);
      const found = new Map();
      for (let at = 20; at < bytes.length; at += 4 + ((bytes.readUInt16BE(at + 2) + 3) & ~3))
        found.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + bytes.readUInt16BE(at + 2)));
      resolve({ type: bytes.readUInt16BE(0), found });
    };
    socket.on('data', more);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
}

describe('TURN ports', { skip: spawnSync('which', ['turnserver']).status !== 0 && 'turnserver not installed' }, () => {
  let turn, port;
  const sockets = [];
  before(async () => {
    port = await freePort();
    turn = await startCoturn({ address: ADDRESS, secret: SECRET, port });
  });
  after(() => turn.stop());
  afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

  /** A connection and its relay. @returns {Promise<number>} 0, or the error */
  async function allocate(credentials) {
    const socket = net.connect(port, ADDRESS);
    sockets.push(socket);
    socket.write(allocateRequest(null));
    const { found } = await answer(socket);
    socket.write(allocateRequest({ ...credentials, realm: String(found.get(REALM)), nonce: String(found.get(NONCE)) }));
    const { type, found: then } = await answer(socket), error = then.get(ERROR_CODE);
    return type === SUCCESS ? 0 : error[2] * 100 + error[3];
  }

  /** Until a user has a relay: what was closed is given back within a moment. */
  async function takes(credentials) {
    for (const end = Date.now() + 15000; await allocate(credentials) !== 0; )
      assert.ok(Date.now() < end, `no relay is free again: ${turn.said().slice(-500)}`);
  }

  it('are so many for one user, and others have theirs', async () => {
    const greedy = turnCredentials(SECRET, '1-1');
    for (let i = 0; i < quota('user-quota'); i++) assert.equal(await allocate(greedy), 0, `relay ${i}`);
    for (let i = 0; i < 20; i++) assert.equal(await allocate(greedy), QUOTA_REACHED);
    assert.equal(await allocate(turnCredentials(SECRET, '1-2')), 0);
    sockets.splice(0).forEach((socket) => socket.destroy());
    await takes(greedy);
  });

  it('are so many for everybody, and are free again when they go', async () => {
    const total = quota('total-quota'), each = quota('user-quota');
    let had = 0;
    for (let user = 0; had < total && user * each < 2 * total; user++) {
      const answers = await Promise.all(Array.from({ length: each }, () => allocate(turnCredentials(SECRET, `2-${user}`))));
      had += answers.filter((error) => error === 0).length;
    }
    assert.equal(had, total);
    for (let i = 0; i < 20; i++) assert.equal(await allocate(turnCredentials(SECRET, `3-${i}`)), QUOTA_REACHED);
    sockets.splice(0).forEach((socket) => socket.destroy());
    await takes(turnCredentials(SECRET, '3-0'));
  });
});
