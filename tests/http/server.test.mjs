// The server itself: what every page carries, and what is refused before any feature is asked.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import { start, ownerClient } from './support.mjs';

let server, client;
before(async () => {
  server = await start();
  client = server.client();
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

/** Sends raw bytes, returns what came until the end. */
function raw(bytes) {
  const { hostname, port } = new URL(server.origin);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect(Number(port), hostname, () => socket.end(bytes));
    socket.on('data', (part) => { text += part; }).on('end', () => resolve(text)).on('error', reject);
  });
}

describe('every page', () => {
  it('has a strict policy and no inline script or style', async () => {
    const page = await client.get('/sign-in/');
    assert.equal(page.status, 200);
    const policy = page.headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    assert.doesNotMatch(page.body_text, /<script>|<style|style=| on[a-z]+=/);
  });
  it('comes in French and English, by wish and by link', async () => {
    const french = await server.client({ lang: 'fr-FR,fr;q=0.9' }).get('/sign-in/');
    assert.match(french.body_text, /<html lang="fr"/);
    const changed = await client.get('/sign-in/?lang=fr&next=%2Fx%2F');
    assert.equal(changed.status, 303);
    assert.equal(changed.headers.get('location'), '/sign-in/?next=%2Fx%2F');
    assert.match((await client.get('/sign-in/')).body_text, /<html lang="fr"/);
    await client.get('/sign-in/?lang=en');
  });
  it('assets are kept for ever and come compressed', async () => {
    const page = await client.get('/sign-in/');
    const [address] = page.body_text.match(/\/static\/web\/base-[0-9a-f]+\.css/);
    const style = await client.get(address, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(style.status, 200);
    assert.match(style.headers.get('cache-control'), /immutable/);
    assert.equal(style.headers.get('content-encoding'), 'gzip');
    assert.equal((await client.get(address.replace(/-[0-9a-f]+/, '-000000000000'))).status, 404);
  });
});

describe('what is refused', () => {
  it('an unknown address, an unknown event, a page of another role: one and the same 404 or 403', async () => {
    for (const address of ['/nothing/', '/nothing/at/all', '/admin', '/%00/', '/%ff/', '/a/../b/'])
      assert.ok([404, 303, 400].includes((await client.get(address)).status), address);
    const { host } = new URL(server.origin);
    for (const address of ['//evil.example/', '/\\evil.example/'])
      assert.match(await raw(`GET ${address} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`), /^HTTP\/1.1 404/);
  });
  it('a method that the address does not have', async () => {
    assert.equal((await client.request('PUT', '/sign-in/')).status, 405);
    assert.equal((await client.request('DELETE', '/')).status, 405);
  });
  it('a form without token, with a wrong one, from another site', async () => {
    const token = await client.token('/sign-in/');
    const send = (headers, csrf) => client.request('POST', '/sign-in/', {
      body: new URLSearchParams({ email: 'a@example.org', csrf }), headers,
    });
    const same = { origin: server.origin, 'sec-fetch-site': 'same-origin' };
    assert.equal((await send(same, '')).status, 403);
    assert.equal((await send(same, '0'.repeat(64))).status, 403);
    assert.equal((await send({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, token)).status, 403);
    assert.equal((await send({ origin: 'null' }, token)).status, 403);
    assert.equal((await send({ 'sec-fetch-site': 'same-site' }, token)).status, 403);
    assert.ok((await send(same, token)).status < 400);
  });
  it('a name that is not ours', async () => {
    assert.match(await raw('GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'), /^HTTP\/1.1 421/);
    assert.match(await raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1.1 4/);
  });
  it('a body larger than its form may be', async () => {
    const { hostname, port } = new URL(server.origin);
    const answer = await raw(`POST /sign-in/ HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
      'Content-Length: 100000000\r\n\r\n');
    assert.match(answer, /^HTTP\/1.1 413/);
  });
  it('a redirect elsewhere after sign-in', async () => {
    const owner = await ownerClient(server);
    for (const next of ['//evil.example/', 'https://evil.example/', '/\\evil.example/', 'javascript:alert(1)']) {
      const page = await owner.get(`/sign-in/?next=${encodeURIComponent(next)}`);
      const location = page.headers.get('location') ?? '/';
      assert.ok(location.startsWith('/') && !location.startsWith('//') && !location.startsWith('/\\'), location);
    }
  });
});
