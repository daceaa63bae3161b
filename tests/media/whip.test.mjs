// WHIP and WHEP with clients that are not ours: aiortc and GStreamer send and play. What counts is frames
// decoded at the other end.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { importLive } from '../support/sample.mjs';
import { ownerClient, root, start } from '../http/support.mjs';

/** Why a Python module of Debian cannot be used here, or false. */
function lacks(code) {
  try {
    execFileSync('/usr/bin/python3', ['-c', code], { stdio: 'pipe' });
    return false;
  } catch (error) {
    return String(error.stderr).trim().split('\n').pop();
  }
}
const no_aiortc = lacks('import aiortc, numpy');
const no_gstreamer = lacks("import gi\ngi.require_version('GstWebRTC', '1.0')\nfrom gi.repository import Gst\nGst.init(None)\n" +
  "for name in ('webrtcbin', 'x264enc', 'vp8enc', 'opusenc', 'nicesrc', 'avdec_h264'): assert Gst.ElementFactory.find(name), name");

/** A client that says in JSON lines what it does. */
class Foreign {
  said = [];
  waiting = [];

  constructor(script, ...args) {
    this.child = spawn('/usr/bin/python3', [path.join(root, 'tests/media', script), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.errors = '';
    this.child.stderr.on('data', (bytes) => { this.errors += bytes; });
    this.gone = new Promise((resolve) => this.child.on('exit', (code) => {
      for (const { fail } of this.waiting.splice(0)) fail(new Error(`${script} ended with ${code}: ${this.errors}`));
      resolve(code);
    }));
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.said.push(JSON.parse(line));
      this.look();
    });
  }

  look() {
    this.waiting = this.waiting.filter(({ match, resolve }) => {
      const found = this.said.find(match);
      if (found) resolve(found);
      return !found;
    });
  }

  /** The first line that matches; the test's own timeout ends the wait. */
  until(match) {
    return new Promise((resolve, fail) => {
      this.waiting.push({ match, resolve, fail });
      this.look();
    });
  }

  async end() {
    this.child.stdin.end();
    assert.equal(await this.gone, 0, this.errors);
  }
}

const frames = (n) => (line) => line.frames >= n;

describe('foreign senders and players', { timeout: 240_000 }, () => {
  let server, owner, number = 0;
  const clients = new Set();

  before(async () => {
    server = await start();
    await importLive(server);
    owner = await ownerClient(server);
  });
  after(async () => {
    for (const { child } of clients) child.kill();
    const { code, stderr } = await server.stop();
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
  });

  async function key() {
    const made = await owner.post('/test/organise/encoders/', { room: 'scene', kind: 'camera', name: `Camera ${++number}`, told: '1' });
    return made.body_text.match(/<code>([\w-]{32})<\/code>/)[1];
  }
  const run = (script, what, ...args) => {
    const client = new Foreign(script, what, `${server.origin}/test/live/scene/${what === 'send' ? 'whip' : 'whep'}`, ...args);
    clients.add(client);
    return client;
  };
  const end = async (...some) => {
    for (const client of some) {
      await client.end();
      clients.delete(client);
    }
  };

  for (const codec of ['vp8', 'h264'])
    it(`aiortc sends ${codec}, aiortc plays it: picture and sound are decoded`, { skip: no_aiortc }, async () => {
      const sender = run('aiortc_client.py', 'send', await key(), codec);
      assert.equal((await sender.until((line) => line.answer)).answer, 201);
      await sender.until((line) => line.state === 'connected');
      const player = run('aiortc_client.py', 'play', '');
      const seen = await player.until((line) => line.frames >= 30 && line.sounds >= 30);
      assert.deepEqual([seen.width, seen.height], [320, 240]);
      await end(player, sender);
      assert.equal(sender.said.at(-1).deleted ?? sender.said.at(-2).deleted, 200);
    });

  it('GStreamer sends H.264 and plays it', { skip: no_gstreamer }, async () => {
    const sender = run('gstreamer_client.py', 'send', await key(), 'h264');
    assert.equal((await sender.until((line) => line.answer)).answer, 201);
    const player = run('gstreamer_client.py', 'play', '');
    await player.until(frames(30));
    await player.until((line) => line.sounds >= 30);
    await end(player, sender);
  });

  it('a stream with B-frames is known by the page of its key', { skip: no_gstreamer }, async () => {
    const token = await key();
    const sender = run('gstreamer_client.py', 'send', token, 'b-frames');
    await sender.until((line) => line.state === 'connected');
    const player = run('gstreamer_client.py', 'play', '');
    await player.until(frames(10)); // so it was looked at
    assert.match((await owner.get('/test/organise/encoders/')).body_text, new RegExp(`Camera ${number}</b>[\\s\\S]*?It sends B-frames`));
    await end(player, sender);
  });
});
