// ./bench replay: what a recording costs and how soon it plays, all behind nginx with the shipped site and TLS. A stage of four who speak
// all at once is recorded: CPU of the recorder's child, how soon the live list has a piece and how soon the replay has its
// end; then as many as are asked for watch the live list (treteau-load hls): CPU of the program and of nginx for each 1,000. Seeking
// in a long recording stands beside the same nginx giving the very same files without asking the program. Last, what the list of a long day
// weighs. The generator is on the same cores. Exit code 1 when a bound of ours is broken.
// node tests/bench/replay.mjs [--viewers N] [--seconds N] [--long MINUTES] [--seeks N]
import { execFile, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build, ownerClient, root } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { residentOf, startBehindProxy } from '../support/proxy.mjs';
import { importRecorded, record } from '../support/recorded.mjs';
import { importLive } from '../support/sample.mjs';

const { values: options } = parseArgs({ options: {
  viewers: { type: 'string', default: '5000' }, seconds: { type: 'string', default: '20' }, long: { type: 'string', default: '30' },
  seeks: { type: 'string', default: '300' },
} });
const VOICES = 4, CHILD_SECONDS = 30, DAY_VIEWERS = 100, DAY_SECONDS = 8, RANGE_BYTES = 256 << 10;
const CHILD_PERCENT_MAX = 5, PLAYABLE_S_MAX = 5, PROGRAM_PERCENT_MAX = 1; // of a core; the last for each 1,000 viewers
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));
const load = path.join(build, 'src/load/treteau-load');
const seconds = (from) => (performance.now() - from) / 1000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const share = (list, part) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];

/** CPU seconds that a process and its threads have used. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function recorderOf(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '));
  return children.filter(Boolean).find((child) => readFileSync(`/proc/${child}/comm`, 'latin1').startsWith('treteau-record'));
}

/** Asks for a list until it is as wanted; it is never asked sooner than a player would. */
async function until(client, list, match) {
  for (const from = performance.now(); seconds(from) < 30; await pause(50)) {
    const answer = await client.get(list);
    if (answer.status === 200 && match.test(answer.body_text)) return answer.body_text;
  }
  throw new Error(`${list}: no ${match} within half a minute`);
}

/** Four on stage who speak all at once, with H.264 and, should it be wanted, VP8. */
async function fillStage(house, place, host) {
  const people = [];
  for (let i = 0; i < VOICES; i++) people.push(await Page.join(house, place, `Voice ${i + 1}`));
  const keys = people.flatMap(({ welcome }) => ['--key', welcome.me.key]);
  const child = spawn(load, ['speakers', '--together', '--insecure', '--url', house.origin, '--event', place.slug, '--room', place.room, ...keys],
    { stdio: 'ignore' });
  for (const page of people) {
    await page.closed; // it has taken this page's place
    const { id } = page.welcome.me;
    host.send({ t: 'stage', who: id, on: true });
    await host.next('people', (m) => m.set.some((one) => one.id === id && one.consent && one.camera));
  }
  return child;
}

function viewers(house, list, count, time, settle) {
  const words = ['hls', '--insecure', '--url', house.origin, '--list', list, '-n', String(count), '--per-address', '1000', '--settle', String(settle),
    '--seconds', String(time), '--server-pid', String(house.child.pid), '--proxy-pid', String(house.nginx.pids()[1]), '--json'];
  return new Promise((resolve, reject) => execFile(load, words, { timeout: 180000 }, (error, stdout, stderr) => {
    if (stderr) console.error(stderr.trim());
    if (stdout) resolve(JSON.parse(stdout));
    else reject(error ?? new Error('treteau-load says nothing'));
  }));
}

/** @returns what the stage's recording cost, and what those did who watched it */
async function measureLive() {
  const house = await startBehindProxy();
  let stage;
  try {
    const place = await importLive(house), client = house.client();
    const host = await Page.join(house, place, '', { client: await ownerClient(house), deadline_ms: 30000 });
    const home = await Page.open(house, place, { deadline_ms: 30000 });
    home.send({ t: 'join', name: 'Home', key: null, h264: true, watch: true });
    stage = await fillStage(house, place, host);
    const begun = performance.now();
    host.send({ t: 'record', on: true });
    const { list } = await home.next('watching', (m) => m.list);
    await until(client, list, /^s\d+\.m4s$/m);
    const begin_s = seconds(begun), child = recorderOf(house.child.pid);
    const from = { at: performance.now(), cpu: cpuOf(child) };
    await pause(CHILD_SECONDS * 1000); // the measured time
    const child_percent = ((cpuOf(child) - from.cpu) / seconds(from.at)) * 100, child_kb = residentOf(child);
    const alone = { at: performance.now(), cpu: cpuOf(house.child.pid) };
    await pause(Number(options.seconds) * 1000);
    const alone_percent = ((cpuOf(house.child.pid) - alone.cpu) / seconds(alone.at)) * 100;
    const watched = await viewers(house, list, Number(options.viewers), Number(options.seconds), Math.max(8, Math.ceil(Number(options.viewers) / 150)));
    const ended = performance.now();
    host.send({ t: 'end' });
    await until(client, list, /#EXT-X-ENDLIST/);
    const end_s = seconds(ended);
    await Promise.all([host.close(), home.close()]);
    return { begin_s, end_s, child_percent, child_kb, alone_percent, watched };
  } finally {
    stage?.kill();
    await house.stop();
  }
}

/** The site with the recordings once more, as files that nginx gives to everybody. */
const withStill = (data) => (site) => site.replace('keepalive_timeout 30s;', `keepalive_timeout 30s;\n    location ^~ /still/ {\n        alias ${data.folder}/media/;\n    }`);

function fetchPart(origin, agent, address, range) {
  const from = performance.now();
  return new Promise((resolve, reject) => https.get(origin + address, { agent, headers: range ? { range } : {} }, (answer) => {
    let bytes = 0;
    answer.on('data', (part) => { bytes += part.length; }).on('error', reject);
    answer.on('end', () => (answer.statusCode === (range ? 206 : 200) ? resolve({ ms: performance.now() - from, bytes }) :
      reject(new Error(`${address}: ${answer.statusCode}`))));
  }).on('error', reject));
}

/** Jumps to moments at random, the same ones with the program asked and without, one after the other on a kept connection. */
async function seek(house, folder) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  const place = path.join(house.folder, 'media', path.basename(folder));
  const pieces = readdirSync(place).filter((name) => /^s\d+\.m4s$/.test(name)), size = statSync(path.join(place, 'replay.mp4')).size;
  const times = { ours: { piece: [], range: [] }, still: { piece: [], range: [] } };
  for (let i = 0; i < Number(options.seeks); i++) {
    const piece = pieces[Math.floor(Math.random() * pieces.length)], at = Math.floor(Math.random() * (size - RANGE_BYTES));
    const order = i % 2 ? ['ours', 'still'] : ['still', 'ours']; // whoever is first warms the disk's cache for the other
    for (const one of order) {
      const base = one === 'ours' ? folder : folder.replace('/media/', '/still/');
      times[one].piece.push((await fetchPart(house.origin, agent, `${base}/${piece}`)).ms);
      times[one].range.push((await fetchPart(house.origin, agent, `${base}/replay.mp4`, `bytes=${at}-${at + RANGE_BYTES - 1}`)).ms);
    }
  }
  agent.destroy();
  const of = (list) => ({ p50: share(list, 0.5), p95: share(list, 0.95) });
  return { pieces: pieces.length, ours: { piece: of(times.ours.piece), range: of(times.ours.range) }, still: { piece: of(times.still.piece), range: of(times.still.range) } };
}

/** A list of so many hours in the place of what is on air, whose last piece is there; whole, or with its end beside as the recorder leaves it. */
function putDay(place, before, hours, end) {
  const count = hours * 1800, control = /^#EXT-X-SERVER-CONTROL.*\n/m, name = (n) => `s${String(n).padStart(6, '0')}.m4s`;
  const [head] = (end ? before : before.replace(control, '')).split(/^(?=#EXTINF)/m);
  const entries = Array.from({ length: count }, (_, i) => `#EXTINF:${(1.9 + (i * 37 % 200) / 1000).toFixed(6)},\n${name(i)}\n`);
  copyFileSync(path.join(place, 's000001.m4s'), path.join(place, name(count - 1)));
  writeFileSync(path.join(place, 'programme.m3u8'), head + entries.join(''));
  writeFileSync(path.join(place, 'recent.m3u8'), `${head.replace('VERSION:7', 'VERSION:9').replace(control, (line) => `${line}#EXT-X-SKIP:SKIPPED-SEGMENTS=${count - 13}\n`)}${entries.slice(-13).join('')}`);
  return head.length + entries.join('').length;
}

async function measureDays(house, folder) {
  const place = path.join(house.folder, 'media', path.basename(folder)), before = readFileSync(path.join(place, 'programme.m3u8'), 'utf8'), days = [];
  for (const end of [false, true])
    for (const hours of [1, 8, 24]) {
      const bytes = putDay(place, before, hours, end);
      const { lists, seconds: time, list_bytes, proxy_cpu_percent, errors } =
        await viewers(house, `${folder}/programme.m3u8`, DAY_VIEWERS, DAY_SECONDS, 4);
      days.push({ hours, end, bytes, list_bytes, errors, nginx_ms: (proxy_cpu_percent / 100) * time * 1000 / lists });
    }
  return days;
}

/** @returns seeking in a long recording, and what the list of a day costs whoever watches it */
async function measureLong() {
  const data = {}, house = await startBehindProxy({ prepare: (folder) => { data.folder = folder; }, change: (site) => withStill(data)(site) });
  try {
    const client = house.client();
    const list = async (address) => (await client.get(address)).body_text.match(/data-list="(\/media\/[^"]+)\/programme.m3u8"/)[1];
    const { Long: code } = await importRecorded(house, 'long', ['Long']);
    await record(house.folder, 'long', code, Number(options.long) * 60);
    const seeks = await seek(house, await list(`/long/talk/${code}/replay/`));
    await importLive(house);
    const live = (await client.get('/test/schedule/')).body_text.match(/talk\/(\w+)\/">Live now/)[1];
    await promisify(execFile)(path.join(build, 'tests/support/record-sample'), [house.folder, 'test', live, '8', 'open']);
    return { seeks, days: await measureDays(house, await list(`/test/talk/${live}/replay/`)) };
  } finally {
    await house.stop();
  }
}

const live = await measureLive(), long = await measureLong(), { watched } = live;
const broken = [];
const bound = (what, value, most) => { if (!(value <= most)) broken.push(`${what}: ${value}, more than ${most}`); };
const thousands = watched.viewers / 1000, own = (watched.server_cpu_percent - live.alone_percent) / thousands, nginx = watched.proxy_cpu_percent / thousands;
console.log(`replay: ${VOICES} voices and H.264 of 640 × 360, behind nginx with the shipped site and TLS, the generator on the same cores`);
console.log(`  the recorder's child            ${live.child_percent.toFixed(1)} % of a core, ${(live.child_kb / 1024).toFixed(0)} MB`);
console.log(`  playable, from "record" on      ${live.begin_s.toFixed(1)} s      its end, from "end" on  ${live.end_s.toFixed(1)} s`);
console.log(`  ${watched.viewers} watch the live list: ${(watched.lists / watched.seconds).toFixed(0)} lists and ${(watched.pieces / watched.seconds).toFixed(0)} pieces a second, ` +
  `${(watched.piece_bytes / 1000).toFixed(0)} kB a piece, ${(watched.list_bytes / 1000).toFixed(1)} kB a list, ${watched.errors} errors`);
console.log(`    for each 1,000, of a core     nginx ${nginx.toFixed(1)} %, the program ${own.toFixed(2)} % (${watched.server_cpu_percent.toFixed(1)} % in all, ${live.alone_percent.toFixed(1)} % with nobody watching)`);
console.log(`    an answer, median and 95 of 100   a list ${watched.list_ms_median.toFixed(0)}, ${watched.list_ms_p95.toFixed(0)} ms   a piece ${watched.piece_ms_median.toFixed(0)}, ` +
  `${watched.piece_ms_p95.toFixed(0)} ms   (the generator itself was ${watched.late_ms_p95.toFixed(0)} ms late)`);
console.log(`  a jump in a recording of ${long.seeks.pieces} pieces, median and 95 of 100, ms`);
for (const [kind, words] of [['piece', 'a piece'], ['range', 'a range of replay.mp4']]) {
  const ours = long.seeks.ours[kind], still = long.seeks.still[kind];
  console.log(`    ${words.padEnd(24)} ${ours.p50.toFixed(1)}, ${ours.p95.toFixed(1)}   nginx alone ${still.p50.toFixed(1)}, ${still.p95.toFixed(1)}   ${(ours.p50 / still.p50).toFixed(2)} ×, ${(ours.p95 / still.p95).toFixed(2)} ×`);
}
console.log(`  the list of a long day, for each time that a viewer reads it`);
for (const { hours, end, bytes, list_bytes, nginx_ms } of long.days)
  console.log(`    ${String(hours).padStart(2)} h, ${(bytes / 1000).toFixed(0).padStart(5)} kB, ${end ? 'its end alone' : 'whole        '}   on the wire ${(list_bytes / 1000).toFixed(1).padStart(5)} kB, nginx ${nginx_ms.toFixed(2)} ms of CPU`);
bound('the child, % of a core', live.child_percent, CHILD_PERCENT_MAX);
bound('seconds until it plays', live.begin_s, PLAYABLE_S_MAX);
bound('seconds until the replay has its end', live.end_s, PLAYABLE_S_MAX);
bound('the program for 1,000 viewers, % of a core', own, PROGRAM_PERCENT_MAX);
bound('errors', watched.errors + long.days.reduce((sum, day) => sum + day.errors, 0), 0);
mkdirSync(path.join(root, 'build/bench'), { recursive: true });
appendFileSync(path.join(root, 'build/bench/replay.jsonl'), JSON.stringify({ bench: 'replay', viewers: watched.viewers, live, long }) + '\n');
for (const text of broken) console.error(`  broken: ${text}`);
process.exitCode = broken.length ? 1 : 0;
