// The WHIP and WHEP modules of npm that people put on their pages, in Chromium, on a page of another origin: whip-whep,
// @eyevinn/whip-web-client and @eyevinn/webrtc-player publish to and play from the real program. What counts is pictures
// decoded at the other end.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { missing, open_chromium } from '../browser/browsers.mjs';
import { importLive } from '../support/sample.mjs';
import { ownerClient, start } from '../http/support.mjs';

const require = createRequire(import.meta.url);

/** A CommonJS package and what it requires, as one script that sets window[name]: these two have no other form. */
function bundle(name, entry) {
  const modules = new Map();
  const add = (file) => {
    if (modules.has(file)) return;
    const text = readFileSync(file, 'utf8'), links = {}, find = createRequire(file);
    modules.set(file, { text, links });
    for (const [, wanted] of text.matchAll(/require\(["']([^"']+)["']\)/g)) {
      if (/^@dailymotion\//.test(wanted)) continue; // advertisements, of which there are none here
      const found = find.resolve(wanted === 'events' ? 'events/' : wanted); // the package, not Node's own
      links[wanted] = found;
      add(found);
    }
  };
  const first = require.resolve(entry);
  add(first);
  const all = [...modules].map(([file, { text, links }]) =>
    `${JSON.stringify(file)}: [function (module, exports, require) {${text}\n}, ${JSON.stringify(links)}]`).join(',\n');
  return `window[${JSON.stringify(name)}] = (() => { const all = {${all}}, made = {};
    const take = (file) => { if (!made[file]) { const module = made[file] = { exports: {} };
      all[file][0](module, module.exports, (wanted) => all[file][1][wanted] ? take(all[file][1][wanted]) : {}); } return made[file].exports; };
    return take(${JSON.stringify(first)}); })();`;
}

const PAGE = `<!doctype html><title>Elsewhere</title><video autoplay muted playsinline></video>
<script src="/player.js"></script><script src="/web-client.js"></script>
<script type="module">
  import { WHIPClient } from "/whip.js";
  import { WHEPClient } from "/whep.js";
  Object.assign(window, { medooze: { WHIPClient, WHEPClient } });
</script>`;

async function elsewhere() {
  const file = (name) => readFileSync(path.join(path.dirname(require.resolve('whip-whep/package.json')), name), 'utf8');
  const pages = {
    '/': ['text/html', PAGE], '/whip.js': ['text/javascript', file('whip.js')], '/whep.js': ['text/javascript', file('whep.js')],
    '/player.js': ['text/javascript', bundle('player', '@eyevinn/webrtc-player')],
    '/web-client.js': ['text/javascript', bundle('web_client', '@eyevinn/whip-web-client')],
  };
  const site = createServer((request, response) => {
    const [type, body] = pages[request.url] ?? ['text/plain', ''];
    response.writeHead(body ? 200 : 404, { 'content-type': type }).end(body);
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${site.address().port}/`, close: () => { site.closeAllConnections(); site.close(); } };
}

/** Runs in the page: what its newest connection has decoded, and by how many connections. */
async function seen() {
  const { connections } = globalThis.witness, pc = connections.at(-1), stats = [...((await pc?.getStats())?.values() ?? [])];
  const of = (kind) => stats.find((s) => s.type === 'inbound-rtp' && s.kind === kind);
  return {
    frames: of('video')?.framesDecoded ?? 0, samples: of('audio')?.totalSamplesReceived ?? 0, made: connections.length,
    shown: document.querySelector('video').videoWidth, state: pc?.connectionState, way: stats.find((s) => s.type === 'transport')?.iceLocalUsernameFragment,
  };
}
/** Runs in the page. */
const camera = () => navigator.mediaDevices.getUserMedia({ audio: true, video: true });

describe('clients of npm in Chromium', { skip: missing('chromium'), timeout: 240_000 }, () => {
  let server, owner, site, browser, folder, number = 0;
  const tabs = [];

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'treteau-clients-'));
    const config = path.join(folder, 'treteau.conf');
    // one candidate: see docs/obs.md of what whip-whep makes of several
    writeFileSync(config, '[media]\ntcp-port=off\nadvertise=127.0.0.1\nturn=turn:192.0.2.1:3478?transport=udp;turns:turn.example:5349?transport=tcp\nturn-secret=of this test alone\n', { mode: 0o600 });
    server = await start({ args: ['--config', config] });
    await importLive(server);
    owner = await ownerClient(server);
    site = await elsewhere();
    browser = await open_chromium({ tone: 700 });
  });
  after(async () => {
    await browser?.close();
    site?.close();
    const { code, stderr } = await server.stop();
    rmSync(folder, { recursive: true });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
  });

  async function key(kind = 'camera') {
    const made = await owner.post('/test/organise/encoders/', { room: 'scene', kind, name: `Client ${++number}`, ...(kind === 'camera' ? { told: '1' } : {}) });
    return made.body_text.match(/<code>([\w-]{32})<\/code>/)[1];
  }
  async function open() {
    const tab = await browser.tab();
    tabs.push(tab);
    await tab.goto(site.origin);
    await tab.until(() => Boolean(window.medooze && window.player && window.web_client));
    return tab;
  }
  const whip = () => `${server.origin}/test/live/scene/whip`, whep = () => `${server.origin}/test/live/scene/whep`;
  /** Until so many more pictures and some sound came. */
  async function plays(tab, more = 30) {
    const before = await tab.evaluate(seen);
    for (const end = performance.now() + 30_000; ;) {
      const now = await tab.evaluate(seen);
      if (now.frames >= before.frames + more && now.samples > before.samples) return now;
      assert.ok(performance.now() < end, `played ${JSON.stringify(now)}, before ${JSON.stringify(before)}; ${tab.errors.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  async function done(...some) {
    for (const tab of some) {
      assert.deepEqual(tab.errors, []);
      await tab.close();
    }
  }
  const publish_medooze = async (tab, token) => {
    await tab.evaluate(`async ({ url, token }) => {
      const stream = await (${camera})(), pc = new RTCPeerConnection();
      for (const track of stream.getTracks()) pc.addTrack(track, stream);
      window.client = new medooze.WHIPClient();
      await client.publish(pc, url, token);
    }`, { url: whip(), token });
    await tab.until(() => globalThis.witness.connections.at(-1).connectionState === 'connected');
  };
  const view_medooze = (tab, token) => tab.evaluate(async ({ url, token }) => {
    const pc = new RTCPeerConnection(), stream = new MediaStream();
    document.querySelector('video').srcObject = stream;
    pc.ontrack = ({ track }) => stream.addTrack(track);
    for (const kind of ['audio', 'video']) pc.addTransceiver(kind, { direction: 'recvonly' });
    window.client = new window.medooze.WHEPClient();
    await window.client.view(pc, url, token);
  }, { url: whep(), token });
  const play_eyevinn = (tab, token) => tab.evaluate(async ({ url, token }) => {
    window.playing = new window.player.WebRTCPlayer({ video: document.querySelector('video'), type: 'whep', iceServers: [] });
    await window.playing.load(new URL(url), token);
  }, { url: whep(), token });

  it('whip-whep publishes; whip-whep and @eyevinn/webrtc-player play it, with a key and without', async () => {
    const sender = await open(), viewer = await open(), player = await open();
    await publish_medooze(sender, await key());
    await view_medooze(viewer, await key('player'));
    await play_eyevinn(player);
    for (const tab of [viewer, player]) assert.ok((await plays(tab)).shown > 0);

    // the ways around a narrow network that the answer named (RFC 9725, 4.6), each with a password of its own
    const servers = await sender.evaluate(() => globalThis.witness.connections.at(-1).getConfiguration().iceServers);
    assert.deepEqual(servers.map(({ urls }) => [urls].flat()[0]), ['turn:192.0.2.1:3478?transport=udp', 'turns:turn.example:5349?transport=tcp']);
    for (const one of servers) {
      assert.match(one.username, /^\d{10}:\d+-/);
      assert.match(one.credential, /^[\w+/]{27}=$/);
    }

    // an ICE restart by each of them, on the same connection: the pictures go on
    for (const tab of [sender, viewer]) {
      const before = await tab.evaluate(seen), etag = await tab.evaluate(() => window.client.etag);
      await tab.evaluate(() => window.client.restart());
      await tab.until(() => window.client.restartIce === null);
      assert.ok((await plays(viewer)).made === 1);
      const now = await tab.evaluate(seen);
      assert.deepEqual([now.made, now.state], [1, 'connected']);
      if (tab === sender) assert.notEqual(await tab.evaluate(() => window.client.etag), etag);
    }
    await sender.evaluate(() => window.client.stop());
    await viewer.evaluate(() => window.client.stop());
    await player.evaluate(() => window.playing.unload());
    // its player sends candidates without the tag of its session, which RFC 9725 4.3.1 has refused by 428; they are not needed
    viewer.errors = viewer.errors.filter((text) => !/rejected with status 428/.test(text));
    await done(sender, viewer, player);
  });

  it('@eyevinn/whip-web-client publishes, @eyevinn/webrtc-player plays it, and both take their leave', async () => {
    const sender = await open(), player = await open();
    await sender.evaluate(`async ({ endpoint, authkey }) => {
      window.client = new web_client.WHIPClient({ endpoint, opts: { authkey, iceServers: [] } });
      await client.ingest(await (${camera})());
    }`, { endpoint: whip(), authkey: await key() });
    await sender.until(() => globalThis.witness.connections.at(-1).connectionState === 'connected');
    await play_eyevinn(player, `Bearer ${await key('player')}`); // it sends its key as it is
    assert.ok((await plays(player)).shown > 0);
    const session = await sender.evaluate(() => window.client.getResourceUrl());
    await sender.evaluate(() => window.client.destroy());
    assert.equal((await fetch(session, { method: 'DELETE', headers: { authorization: `Bearer ${await key()}` } })).status, 404);
    await player.evaluate(() => window.playing.unload());
    await done(sender, player);
  });
});
