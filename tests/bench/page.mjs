// ./bench page: CPU for one programme page (773 sessions in the store) as production gives it, program and nginx with the
// shipped site together, beside the same nginx serving the very same bytes from a file over TLS. CPU time of the processes
// by /proc, driven by wrk on kept connections; runs alternate, medians.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { data, haveData, ownerClient, root, run } from '../http/support.mjs';
import { residentOf, startBehindProxy, withoutLimits } from '../support/proxy.mjs';
import { scheduleXml } from '../support/sample.mjs';

const SECONDS = 2, RUNS = 5, CONNECTIONS = 8, ADDRESS = '/many/schedule/';
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));

/** CPU seconds that a process and its threads have used. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function wrk(url, options, least) {
  const text = execFileSync('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '-H', 'Accept-Language: en', ...options, url], { encoding: 'utf8' });
  const [, requests, read, unit] = text.match(/(\d+) requests in \S+, ([\d.]+)([MG])B read/);
  const bytes = (Number(read) * (unit === 'G' ? 1 << 30 : 1 << 20)) / Number(requests);
  if (/Non-2xx/.test(text) || bytes < least) throw new Error(`${url}: ${bytes.toFixed(0)} bytes an answer\n${text}`);
  return Number(requests);
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const sum = (list) => list.reduce((a, b) => a + b, 0);

/** Microseconds of CPU a request, the program's and nginx's; no answer may be shorter than the page. */
function measure(house, bytes, address, options = []) {
  const spent = () => ({ program: cpuOf(house.child.pid), nginx: sum(house.nginx.pids().map(cpuOf)) });
  const before = spent();
  const requests = wrk(house.origin + address, options, bytes);
  const after = spent();
  return Object.fromEntries(['program', 'nginx'].map((one) => [one, ((after[one] - before[one]) / requests) * 1e6]));
}

/** And with a file that nginx gives without us. */
function withFile(site, folder) {
  return withoutLimits(site)
    .replace('keepalive_timeout 30s;', `keepalive_timeout 30s;\n    keepalive_requests 10000000;\n    location = /static.html {\n        root ${folder};\n    }`);
}

function sampleFile(folder) {
  if (haveData) return path.join(data, 'fosdem_2021.xml');
  const file = path.join(folder, 'many.xml');
  const day = Date.UTC(2021, 1, 6, 8);
  writeFileSync(file, scheduleXml('Many sessions', Array.from({ length: 773 }, (_, i) => ({
    title: `Session ${i}`, room: `Room ${i % 40}`, start: new Date(day + (i % 387) * 90e3 + (i % 2) * 86400e3), minutes: 25, persons: [`Person ${i % 600}`],
  }))));
  return file;
}

async function importAs(house, file, event) {
  const done = await run('import', file, '--event', event, '--publish', '--data', house.folder);
  if (done.code !== 0) throw new Error(done.stderr);
}

const house = await startBehindProxy({ change: withFile });
try {
  const idle = residentOf(house.child.pid) / 1024;
  const file = sampleFile(house.folder);
  await importAs(house, file, 'many');
  const page = await house.client().get(ADDRESS);
  if (page.status !== 200) throw new Error(`${ADDRESS}: ${page.status}`);
  writeFileSync(`${house.nginx.folder}/static.html`, page.body_text);
  const owner = await ownerClient(house);
  const signedIn = ['-H', `Cookie: __Host-session=${owner.cookies.get('__Host-session')}`];
  // An address of its own for each request, so that no page is found that was kept.
  const anew = `${house.nginx.folder}/anew.lua`;
  writeFileSync(anew, `local n = 0
request = function() n = n + 1; return wrk.format(nil, wrk.path .. "?n=" .. n .. "-" .. os.time()) end`);
  const kinds = {
    still: ['/static.html'], everybody: [ADDRESS], signedIn: [ADDRESS, signedIn], anew: [ADDRESS, ['-s', anew]],
  };
  const rounds = {};
  const go = (names, suffix = '') => {
    for (let i = 0; i < RUNS; i++)
      for (const name of names) (rounds[name + suffix] ??= []).push(measure(house, Buffer.byteLength(page.body_text), ...kinds[name]));
  };
  go(Object.keys(kinds));
  for (let i = 1; i < 10; i++) await importAs(house, file, `more-${i}`);
  go(['everybody', 'signedIn', 'anew'], 'Tenfold');
  const us = {};
  for (const [name, list] of Object.entries(rounds))
    us[name] = { all: median(list.map(({ program, nginx }) => program + nginx)), program: median(list.map(({ program }) => program)) };
  const line = (text, { all, program }, base) => console.log(`  ${text.padEnd(62)}${all.toFixed(0).padStart(6)}` +
    (base ? `   of it the program ${program.toFixed(0).padStart(4)}   ${(all / base.all).toFixed(2)} ×` : ''));
  console.log(`page: ${(page.body_text.length / 1000).toFixed(1)} kB of 773 sessions through nginx and TLS, CPU µs a request, nginx and program (median of ${RUNS})`);
  line('the same bytes from a file', us.still);
  line('as everybody gets it (nginx keeps it until the second is over)', us.everybody, us.still);
  line('as who is signed in gets it (the program keeps it)', us.signedIn, us.still);
  line('rendered anew for each', us.anew, us.still);
  line('everybody, ten times the data in the store', us.everybodyTenfold, us.everybody);
  line('signed in, ten times the data', us.signedInTenfold, us.signedIn);
  line('rendered anew, ten times the data', us.anewTenfold, us.anew);
  console.log(`  whole server, idle: ${idle.toFixed(1)} MB resident`);
  mkdirSync(path.join(root, 'build/bench'), { recursive: true });
  appendFileSync(path.join(root, 'build/bench/page.jsonl'), JSON.stringify({
    bench: 'page', bytes: page.body_text.length, us, idle_mb: idle,
    ratios: Object.fromEntries(Object.entries(us).map(([name, { all }]) => [name, all / us.still.all])),
  }) + '\n');
} finally {
  await house.stop();
}
