// ./bench crowd: a hall of 400 behind one address and 100 at home in one room, through nginx with the shipped site and TLS:
// a chat of ten lines a second, alone and while 200 at once raise their hands, react, vote, answer a poll and lower them.
// The same chat beside it by a
// floor behind the same nginx (crowd_floor.c: said by one, written to all, nothing else). CPU of the program and of nginx for each message that came, by /proc (the generator is a process of its own, and on the same
// cores), how soon a line and a whole wave were with everybody, and what the room's script weighs. Exit code 1 when a
// bound of ours is broken.   node tests/bench/crowd.mjs [--runs N] [--people N] [--seconds N]
import { execFile, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, ownerClient, root } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { fromElsewhere, startBehindProxy } from '../support/proxy.mjs';
import { importLive } from '../support/sample.mjs';

const { values: options } = parseArgs({ options: {
  runs: { type: 'string', default: '3' }, people: { type: 'string', default: '500' }, seconds: { type: 'string', default: '12' },
} });
const HALL = 400, WAVE = 200, SAYS = 10;
const US_MAX = 20, DELIVERY_MS_MAX = 200, SCRIPT_BYTES_MAX = 60_000;
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

function crowd(house, pid, place, more) {
  const worker = house.nginx.pids()[1]; // the master only waits
  const words = ['crowd', '--insecure', '--url', house.origin, '--event', place.slug, '--room', place.room, '-n', options.people,
    '--per-address', String(HALL), '--says', String(SAYS), '--hands', '0', '--settle', '2', '--seconds', options.seconds,
    '--server-pid', String(pid), '--proxy-pid', String(worker), '--json', ...more];
  return new Promise((resolve, reject) => execFile(path.join(build, 'src/load/treteau-load'), words, { timeout: 90000 },
    (error, stdout, stderr) => (error ? reject(new Error(`${stderr}${stdout}`)) : resolve(JSON.parse(stdout)))));
}

/** A host opens a poll, and leaves their place to the crowd. */
async function openPoll(house, place) {
  const host = await Page.join(house, place, '', { client: await ownerClient(house) });
  const { poll } = await host.ask({ t: 'poll', id: 'p', poll: 0, kind: 'single', question: 'Again next year?', choices: ['Yes', 'No'] }, 'poll');
  await host.ask({ t: 'poll_state', poll: poll.id, state: 'open' }, 'poll', (m) => m.poll.state === 'open');
  await host.close();
}

const FLOOR = { slug: 'floor', room: 'floor' };

/** The site with the floor's room beside ours, which is passed on as ours are. */
function withFloor(site, folder) {
  const [room] = site.match(/location ~ \^\/\[\^\/\]\+\/live[^}]*}/);
  const floor = room.replace(/location [^{]*{/, `location = /${FLOOR.slug}/live/${FLOOR.room}/socket {`)
    .replace('http://treteau_rooms', `http://unix:${folder}/floor.socket`);
  return site.replace(room, `${room}\n    ${floor}`);
}

async function startFloor(folder) {
  const child = spawn(path.join(build, 'tests/bench/crowd-floor'), [`${folder}/floor.socket`], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => child.on('exit', () => reject(new Error('crowd-floor ended'))).stdout.once('data', resolve));
  return child;
}

async function measureFloor() {
  const house = await startBehindProxy({ change: withFloor });
  let floor;
  try {
    floor = await startFloor(house.nginx.folder);
    return await crowd(house, floor.pid, FLOOR, []);
  } finally {
    floor?.removeAllListeners('exit').kill();
    await house.stop();
  }
}

async function measureRoom(more) {
  const house = await startBehindProxy({ change: fromElsewhere });
  try {
    const place = await importLive(house);
    await openPoll(house, place);
    return await crowd(house, house.child.pid, place, more);
  } finally {
    await house.stop();
  }
}

/** Bytes on the wire and the text of what a browser asks for. */
function get(house, address) {
  return new Promise((resolve, reject) => https.get(house.origin + address, { rejectUnauthorized: false,
    headers: { 'accept-encoding': 'gzip', 'accept-language': 'en' } }, async (answer) => {
    const parts = [];
    for await (const part of answer) parts.push(part);
    const bytes = Buffer.concat(parts);
    const plain = answer.headers['content-encoding'] === 'gzip' ? (await import('node:zlib')).gunzipSync(bytes) : bytes;
    resolve({ bytes: bytes.length, text: plain.toString(), status: answer.statusCode });
  }).on('error', reject));
}

/** The scripts that everybody gets: the room's, with all that they import. What is fetched later, for some, is written `import("…")`. */
async function weighScript() {
  const house = await startBehindProxy();
  try {
    const place = await importLive(house);
    const page = await get(house, `/${place.slug}/live/${place.room}/`);
    const left = [...page.text.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, address]) => address), seen = new Set();
    let sum = 0;
    for (let address; (address = left.pop());) {
      if (seen.has(address)) continue;
      seen.add(address);
      const { bytes, text, status } = await get(house, address);
      if (status !== 200) throw new Error(`${address}: ${status}`);
      sum += bytes;
      left.push(...[...text.matchAll(/(?:\bfrom|\bimport)\s*["'](\/static\/[^"']+)["']/g)].map(([, found]) => found));
    }
    return { files: seen.size, bytes: sum };
  } finally {
    await house.stop();
  }
}

const KINDS = {
  'the floor': measureFloor, 'chat alone': () => measureRoom([]), 'chat and waves': () => measureRoom(['--wave', String(WAVE)]),
};
const rounds = {};
for (let i = 0; i < Number(options.runs); i++)
  for (const [name, measure] of Object.entries(KINDS)) (rounds[name] ??= []).push(await measure());
const of = (name, figure) => median(rounds[name].map((one) => one[figure]));
const broken = [];
const bound = (what, value, most) => { if (!(value <= most)) broken.push(`${what}: ${value}, more than ${most}`); };

console.log(`crowd: ${options.people} people, ${SAYS} lines a second, through nginx and TLS; CPU µs for each message that came, medians of ${options.runs}`);
console.log('                    program   nginx     all   messages/s   of a core   a line is with everybody: median, 95 of 100, last');
for (const name of Object.keys(KINDS)) {
  const figure = (key, digits = 1) => of(name, key).toFixed(digits);
  console.log(`  ${name.padEnd(16)} ${figure('server_us_per_message').padStart(8)} ${figure('proxy_us_per_message').padStart(7)} ${figure('us_per_message').padStart(7)} ` +
    `${(of(name, 'messages') / of(name, 'seconds')).toFixed(0).padStart(12)} ${(figure('cpu_percent', 0) + ' %').padStart(11)}   ` +
    `${figure('delivery_ms_median', 0)}, ${figure('delivery_ms_p95', 0)}, ${figure('delivery_ms_max', 0)} ms`);
  if (name === 'the floor') continue;
  bound(`${name}, µs a message`, of(name, 'us_per_message'), US_MAX);
  bound(`${name}, ms of 95 in 100 lines`, of(name, 'delivery_ms_p95'), DELIVERY_MS_MAX);
}
console.log(`  ${WAVE} at once: one's own answer (95 of 100), and all of them known to everybody (last), ms`);
for (const wave of ['raise', 'react', 'vote', 'answer', 'lower']) {
  const own = rounds['chat and waves'][0][`${wave}_own_ms_p95`];
  console.log(`    ${wave.padEnd(8)} ${own === undefined ? '     –' : of('chat and waves', `${wave}_own_ms_p95`).toFixed(0).padStart(6)} ${of('chat and waves', `${wave}_all_ms_max`).toFixed(0).padStart(6)}`);
}
console.log(`  in the room: 95 of 100 within ${of('chat alone', 'join_ms_p95').toFixed(0)} ms; ${(of('chat alone', 'server_kb') / 1024).toFixed(0)} MB the program, ${(of('chat alone', 'proxy_kb') / 1024).toFixed(0)} MB nginx`);
const script = await weighScript();
console.log(`  the room's script: ${(script.bytes / 1000).toFixed(1)} kB compressed, ${script.files} files`);
bound('bytes of script', script.bytes, SCRIPT_BYTES_MAX);
mkdirSync(path.join(root, 'build/bench'), { recursive: true });
appendFileSync(path.join(root, 'build/bench/crowd.jsonl'), JSON.stringify({ bench: 'crowd', people: Number(options.people), rounds, script }) + '\n');
for (const text of broken) console.error(`  broken: ${text}`);
process.exitCode = broken.length ? 1 : 0;
