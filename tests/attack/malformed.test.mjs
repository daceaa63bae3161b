// Case 4: malformed requests, through nginx with the shipped site, and the worst of them directly at the program's socket.
import assert from 'node:assert/strict';
import net from 'node:net';
import tls from 'node:tls';
import { after, before, describe, it } from 'node:test';
import { residentOf, startBehindProxy } from '../support/proxy.mjs';
import { importLive } from '../support/sample.mjs';

let house, host;
before(async () => {
  house = await startBehindProxy();
  await importLive(house.server);
  host = new URL(house.origin).host;
});
after(async () => {
  const { code, stderr, complaints } = await house.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
  assert.doesNotMatch(complaints, /\[(emerg|alert|crit)\]/);
});

const POST = 'POST /sign-in/ HTTP/1.1\r\n', GET = 'GET / HTTP/1.1\r\n', CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';
const SECOND = 'GET /robots.txt HTTP/1.1\r\nHost: HOST\r\n\r\n';
// name, bytes (HOST is ours), what nginx may answer first: a list of statuses
const CASES = [
  ['Content-Length and chunked', `${POST}Host: HOST\r\nContent-Length: 6\r\n${CHUNKED}0\r\n\r\n${SECOND}`, [400]],
  ['two Content-Length that differ', `${POST}Host: HOST\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\nhello${SECOND}`, [400]],
  ['Content-Length: 5, 6', `${POST}Host: HOST\r\nContent-Length: 5, 6\r\n\r\nhello`, [400]],
  ['Content-Length: +5', `${POST}Host: HOST\r\nContent-Length: +5\r\n\r\nhello`, [400]],
  ['Content-Length: -1', `${POST}Host: HOST\r\nContent-Length: -1\r\n\r\nhello`, [400]],
  ['Content-Length: 0x5', `${POST}Host: HOST\r\nContent-Length: 0x5\r\n\r\nhello`, [400]],
  ['Content-Length of 23 digits', `${POST}Host: HOST\r\nContent-Length: 99999999999999999999999\r\n\r\nhello`, [400]],
  ['Transfer-Encoding: xchunked', `${POST}Host: HOST\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, [501]],
  ['Transfer-Encoding: gzip, chunked', `${POST}Host: HOST\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, [501]],
  ['a space before the colon', `${POST}Host: HOST\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, [400]],
  ['chunked in HTTP/1.0', `POST /sign-in/ HTTP/1.0\r\nHost: HOST\r\n${CHUNKED}0\r\n\r\n`, [400]],
  ['a folded header', `${GET}Host: HOST\r\nX-A: b\r\n  c\r\n\r\n`, [400]],
  ['line ends without CR', 'GET / HTTP/1.1\nHost: HOST\n\n', [200]],
  ['CR inside a header', `${GET}Host: HOST\r\nX: a\rB: c\r\n\r\n`, [400]],
  ['NUL inside a header', `${GET}Host: HOST\r\nX: a\0b\r\n\r\n`, [400]],
  ['no Host', `${GET}\r\n`, [400]],
  ['two Hosts', `${GET}Host: HOST\r\nHost: evil.example\r\n\r\n`, [400]],
  ['a chunk line ended by LF', `${POST}Host: HOST\r\n${CHUNKED}5\nhello\n0\n\n`, [200, 400, 403]],
  ['a chunk extension ended by LF', `${POST}Host: HOST\r\n${CHUNKED}5;a\nhello\r\n0\r\n\r\n`, [200, 400, 403]],
  ['a chunk size that overflows', `${POST}Host: HOST\r\n${CHUNKED}FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n`, [400]],
  ['a chunk size of -1', `${POST}Host: HOST\r\n${CHUNKED}-1\r\nhello\r\n0\r\n\r\n`, [400]],
  ['a chunk that goes on', `${POST}Host: HOST\r\n${CHUNKED}5\r\nhelloXX0\r\n\r\n`, [400]],
  ['a header without colon', `${GET}Host: HOST\r\ngarbage\r\n\r\n`, [200, 400]],
  ['a space in a header\'s name', `${GET}Host: HOST\r\nX Y: 1\r\n\r\n`, [200, 400]],
  ['the address of another host', 'GET http://other.example/ HTTP/1.1\r\nHost: HOST\r\n\r\n', [421]],
  ['..%2f', 'GET /static/..%2f..%2fetc/passwd HTTP/1.1\r\nHost: HOST\r\n\r\n', [400, 404]],
  ['%00', 'GET /sign-in%00x HTTP/1.1\r\nHost: HOST\r\n\r\n', [400, 404]],
  ['version 9.9', 'GET / HTTP/9.9\r\nHost: HOST\r\n\r\n', [400, 505]],
  ['an address of 64 kB', `GET /${'a'.repeat(65536)} HTTP/1.1\r\nHost: HOST\r\n\r\n`, [414]],
  ['a header of 1 MB', `${GET}Host: HOST\r\nX: ${'a'.repeat(1e6)}\r\n\r\n`, [400]],
  ['50,000 headers', `${GET}Host: HOST\r\n${'X: a\r\n'.repeat(50000)}\r\n`, [400]],
  ['a TLS greeting', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03' + '\0'.repeat(200), [400]],
  ['4,000 ranges', `GET /media/x/replay.mp4 HTTP/1.1\r\nHost: HOST\r\nRange: bytes=${Array.from({ length: 4000 }, (_, i) => `${i}-`).join(',')}\r\n\r\n`, [400]],
];

/** Sends, and reads until the other side closes, says nothing for `first` ms, or nothing more for `quiet` ms after its first answer. */
function send(connect, text, { first, quiet = 400 }) {
  return new Promise((resolve) => {
    let answer = '', closed = false;
    const socket = connect();
    const end = () => { socket.destroy(); resolve({ answer, closed, statuses: [...answer.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map((one) => Number(one[1])) }); };
    socket.setTimeout(first, end);
    socket.once('data', () => socket.setTimeout(quiet));
    socket.on('data', (bytes) => { if (answer.length < 3e6) answer += bytes.toString('latin1'); });
    socket.on('end', () => { closed = true; end(); }).on('error', () => { closed = true; end(); });
    socket.write(Buffer.from(text.replaceAll('HOST', host), 'latin1'));
  });
}

const throughNginx = (text) => send(() => tls.connect({ port: house.nginx.httpsPort, host: '127.0.0.1', servername: 'localhost',
  rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }), text, { first: 15000 }); // each is answered, however busy the machine is

describe('case 4: malformed requests through nginx', () => {
  for (const [name, text, expected] of CASES)
    it(`case 4: ${name}`, async () => {
      const { statuses, answer, closed } = await throughNginx(text);
      assert.ok(expected.includes(statuses[0]), `${statuses} ${answer.slice(0, 300)}`);
      assert.ok(statuses.length === 1, `a second answer: ${statuses}`);
      assert.doesNotMatch(answer, /User-agent:|root:x:/);
      if (expected.length === 1 && statuses[0] >= 400 && statuses[0] !== 421) assert.ok(closed || /[Cc]onnection: close/.test(answer)); // nginx's own
    });
  it('case 4: all thirty-three are there', () => assert.equal(CASES.length, 33));
});

describe('case 4: the worst directly at the socket', () => {
  const direct = (text) => send(() => net.connect(house.socket), text, { first: 400 });
  it('case 4: none brings the program down, all are answered or cut, the next reader is served', async () => {
    for (const [name, text] of CASES) {
      const { statuses } = await direct(text);
      assert.ok(statuses.every((status) => status < 500 || status === 501 || status === 505), `${name}: ${statuses}`);
      assert.equal((await house.client().get('/robots.txt')).status, 200, name);
    }
  });
  it('case 4: ranges without end take no memory', async () => {
    const earlier = residentOf(house.child.pid);
    const ranges = Array.from({ length: 1500 }, (_, i) => `${i}-`).join(',');
    for (let i = 0; i < 20; i++) await direct(`GET / HTTP/1.1\r\nHost: HOST\r\nRange: bytes=${ranges}\r\nConnection: close\r\n\r\n`);
    assert.ok(residentOf(house.child.pid) - earlier < 30 * 1024);
  });
});
