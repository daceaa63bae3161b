// ./bench page: CPU of the server for one programme page (773 sessions in the store), beside nginx serving the very same
// bytes from a file over TLS. CPU time of the server's processes by /proc, driven by wrk on kept connections.
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { data, haveData, root, run, start } from '../http/support.mjs';
import { scheduleXml } from '../support/sample.mjs';

const SECONDS = 2, RUNS = 3, CONNECTIONS = 8;
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));

/** CPU seconds that a process and its threads have used. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function wrk(url, options) {
  const text = execFileSync('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...options, url], { encoding: 'utf8' });
  const bad = text.match(/Non-2xx or 3xx responses: (\d+)/);
  if (bad) throw new Error(`${url}: ${bad[0]}`);
  return Number(text.match(/(\d+) requests in/)[1]);
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

/** Microseconds of CPU a request, for the given processes. */
function measure(url, pids, options = []) {
  const before = pids.map(cpuOf).reduce((a, b) => a + b);
  const requests = wrk(url, options);
  return ((pids.map(cpuOf).reduce((a, b) => a + b) - before) / requests) * 1e6;
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** nginx with TLS on a folder of files and in front of our server. */
async function startNginx(upstream) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'treteau-nginx-'));
  const port = await freePort();
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
    '/CN=localhost', '-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`], { stdio: 'ignore' });
  chmodSync(folder, 0o755); // nginx's worker is another user when we are root
  mkdirSync(`${folder}/www`);
  writeFileSync(`${folder}/nginx.conf`, `worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log; daemon off;
events { worker_connections 256; }
http { access_log off; types { text/html html; } client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s; keepalive_requests 1000000;
upstream app { server ${new URL(upstream).host}; keepalive 16; }
server { listen 127.0.0.1:${port} ssl; ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
location /static.html { root ${folder}/www; }
location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host ${new URL(upstream).host}; } } }`);
  const child = spawn('nginx', ['-c', `${folder}/nginx.conf`, '-p', folder], { stdio: 'ignore' });
  for (let tries = 0; !existsSync(`${folder}/pid`) && tries < 500; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  const children = () => readdirSync(`/proc/${child.pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${child.pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number));
  return {
    origin: `https://127.0.0.1:${port}`, folder, pids: () => [child.pid, ...children()],
    async stop() {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.on('exit', resolve));
      rmSync(folder, { recursive: true });
    },
  };
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

/** Nine more events of the same size: ten times the data in the store. */
async function fillStore(server, file) {
  for (let i = 1; i < 10; i++) {
    const done = await run('import', file, '--event', `more-${i}`, '--publish', '--data', server.folder);
    if (done.code !== 0) throw new Error(done.stderr);
  }
}

const resident = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'latin1').match(/VmRSS:\s+(\d+)/)[1]) / 1024;

const server = await start();
const nginx = await startNginx(server.origin);
try {
  const idle = resident(server.child.pid);
  const file = sampleFile(server.folder);
  const imported = await run('import', file, '--event', 'many', '--publish', '--data', server.folder);
  if (imported.code !== 0) throw new Error(imported.stderr);
  const address = '/many/schedule/';
  const page = await server.client().get(address);
  if (page.status !== 200) throw new Error(`${address}: ${page.status}`);
  writeFileSync(`${nginx.folder}/www/static.html`, page.body_text);
  // A reader with a session gets nothing from the kept pages: every page is rendered, and the session looked for.
  const signedIn = ['-H', 'Cookie: session=unknown'];
  const rounds = { still: [], kept: [], rendered: [], behind: [], behindRendered: [], tenfold: [], tenfoldKept: [] };
  const both = () => [server.child.pid, ...nginx.pids()];
  for (let i = 0; i < RUNS; i++) {
    rounds.still.push(measure(`${nginx.origin}/static.html`, nginx.pids()));
    rounds.kept.push(measure(server.origin + address, [server.child.pid]));
    rounds.rendered.push(measure(server.origin + address, [server.child.pid], signedIn));
    rounds.behind.push(measure(nginx.origin + address, both()));
    rounds.behindRendered.push(measure(nginx.origin + address, both(), signedIn));
  }
  await fillStore(server, file);
  for (let i = 0; i < RUNS; i++) {
    rounds.tenfold.push(measure(server.origin + address, [server.child.pid], signedIn));
    rounds.tenfoldKept.push(measure(server.origin + address, [server.child.pid]));
  }
  const us = Object.fromEntries(Object.entries(rounds).map(([name, list]) => [name, median(list)]));
  const line = (text, value, base) =>
    console.log(`  ${text.padEnd(58)}${value.toFixed(0).padStart(6)}${base ? `   ${(value / base).toFixed(2)} ×` : ''}`);
  console.log(`page: ${(page.body_text.length / 1000).toFixed(1)} kB of 773 sessions, CPU µs a request (median of ${RUNS})`);
  line('nginx, the same bytes from a file, TLS', us.still);
  line('ours, as everybody gets it (kept for at most a second)', us.kept, us.still);
  line('ours, rendered anew each time', us.rendered, us.still);
  line('as everybody gets it, with nginx and TLS in front, together', us.behind, us.still);
  line('rendered anew, with nginx and TLS in front, together', us.behindRendered, us.still);
  line('rendered anew, ten times the data in the store', us.tenfold, us.rendered);
  line('as everybody gets it, ten times the data', us.tenfoldKept, us.kept);
  console.log(`  whole server, idle: ${idle.toFixed(1)} MB resident`);
  mkdirSync(path.join(root, 'build/bench'), { recursive: true });
  appendFileSync(path.join(root, 'build/bench/page.jsonl'), JSON.stringify({
    bench: 'page', bytes: page.body_text.length, us, idle_mb: idle, ratio: us.kept / us.still, ratio_rendered: us.rendered / us.still,
    ratio_tenfold: us.tenfold / us.rendered,
  }) + '\n');
} finally {
  await nginx.stop();
  await server.stop();
}
