// ./bench write: durable registrations a second, whole (form, token, place, mail in the outbox), as a multiple of what
// the same disk gives one commit at a time. Twice: on this disk, and on it made as slow as an ordinary server's
// (8 ms a sync, bench-commits says what that gives), since what group commit is worth depends on the sync alone.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, appendFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { build, root, start } from '../http/support.mjs';
import { importLive } from '../support/sample.mjs';

const SECONDS = 5, CLIENTS = 128;
const slowSync = path.join(build, 'tests/bench/slow-sync.so');

function singleCommits(env) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'treteau-bench-'));
  const text = execFileSync(path.join(build, 'tests/bench/bench-commits'), [folder, '3', '1'], { env: { ...process.env, ...env } });
  rmSync(folder, { recursive: true });
  return Number(text);
}

/** One kept connection that registers people until the end. */
async function client(server, slug, number, endAt) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const call = (method, address, headers = {}, body) => new Promise((resolve, reject) => {
    const request = http.request(server.origin + address, { method, agent, headers }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; }).on('end', () => resolve({ response, text }));
    }).on('error', reject);
    request.end(body);
  });
  const address = `/${slug}/register/`;
  const page = await call('GET', address);
  const cookie = page.response.headers['set-cookie'].map((text) => text.split(';')[0]).join('; ');
  const [, csrf] = page.text.match(/name="csrf" value="([0-9a-f]+)"/);
  let done = 0;
  while (Date.now() < endAt) {
    const body = new URLSearchParams({ csrf, name: `Person ${number}`, email: `p${number}-${done}@example.org`, path: 'remote' }).toString();
    const { response, text } = await call('POST', address, {
      cookie, origin: server.origin, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    }, body);
    if (response.statusCode !== 303) throw new Error(`${response.statusCode}: ${text.replace(/<[^>]+>/g, ' ').slice(0, 300)}`);
    done++;
  }
  agent.destroy();
  return done;
}

async function registrations(env) {
  const server = await start({ env });
  try {
    const { slug } = await importLive(server);
    const began = Date.now();
    const counts = await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(server, slug, number, began + SECONDS * 1000)));
    return counts.reduce((sum, count) => sum + count, 0) / ((Date.now() - began) / 1000);
  } finally {
    await server.stop();
  }
}

mkdirSync(path.join(root, 'build/bench'), { recursive: true });
console.log('write                      single commits/s   registrations/s   ratio');
for (const [disk, env] of [['this disk', {}], ['slow disk (8 ms a sync)', { LD_PRELOAD: slowSync, SLOW_SYNC_US: '8000' }]]) {
  const single = singleCommits(env);
  const many = await registrations(env);
  console.log(`${disk.padEnd(26)} ${single.toFixed(0).padStart(16)} ${many.toFixed(0).padStart(17)} ${(many / single).toFixed(1).padStart(7)}`);
  appendFileSync(path.join(root, 'build/bench/write.jsonl'), JSON.stringify({ bench: 'write', disk, single_commits_s: single, registrations_s: many, ratio: many / single }) + '\n');
}
