// The program on its Unix socket behind nginx with the shipped site file: only names, ports and paths are put in its place.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { root, start } from '../http/support.mjs';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the test's own certificate
process.removeAllListeners('warning');

/** A port that nobody else is given until it is let go. @returns {Promise<{port: number, letGo: () => Promise<void>}>} */
function holdPort() {
  return new Promise((resolve) => {
    const server = net.createServer().unref().listen(0, '127.0.0.1', () => {
      resolve({ port: server.address().port, letGo: () => new Promise((done) => server.close(done)) });
    });
  });
}

export async function freePort() {
  const { port, letGo } = await holdPort();
  await letGo();
  return port;
}

/** A certificate for localhost, good for `days`. @returns {{certificate: string, key: string}} paths */
export function makeCertificate(folder, days = 90) {
  const certificate = `${folder}/fullchain.pem`, key = `${folder}/privkey.pem`;
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', String(days),
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', certificate],
  { stdio: 'ignore' });
  return { certificate, key };
}

/** For startBehindProxy({ change }): a test that asks more than one address may. */
export const withoutLimits = (site) => site.replaceAll(/^\s*limit_req zone=.*$/gm, '');

/** For startBehindProxy({ change }): who comes from 127.0.0.N comes from 198.51.N.1, since limits by network leave this machine out. */
export const fromElsewhere = (site) => `map $remote_addr $visitor {\n    ~^127\\.0\\.0\\.(?<last>\\d+)$ 198.51.$last.1;\n    default $remote_addr;\n}\n` +
  site.replaceAll('X-Forwarded-For $remote_addr;', 'X-Forwarded-For $visitor;');

/** The shipped site with this test's places in it. */
function siteFile({ folder, httpPort, httpsPort, socket, media, change }) {
  const shipped = readFileSync(path.join(root, 'etc/nginx/treteau.conf'), 'utf8');
  const replaced = [
    [/listen \[::\]:\d+[^;]*;\n/g, '\n'], ['listen 80;', `listen 127.0.0.1:${httpPort};`],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${httpsPort} ssl http2;`],
    ['https://$server_name$request_uri', `https://localhost:${httpsPort}$request_uri`],
    [/\/etc\/letsencrypt\/live\/conference\.example\.org/g, folder], [/conference\.example\.org/g, 'localhost'],
    [/unix:\/run\/treteau\/web\.socket/g, `unix:${socket}`], ['/var/cache/nginx/treteau', `${folder}/cache`],
    ['/var/lib/treteau/media/', media], ['Host $host;', `Host $host:${httpsPort};`],
  ];
  let site = shipped;
  for (const [from, to] of replaced) {
    const next = site.replaceAll(from, to);
    if (next === site) throw new Error(`the site file has no ${from}`);
    site = next;
  }
  return change(site);
}

function waitFor(folder, name) {
  return new Promise((resolve) => {
    const look = () => {
      if (!existsSync(path.join(folder, name))) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(folder, look);
    look(); // it may have come before it was watched for
  });
}

/** Starts nginx on the shipped site. @returns {Promise<{folder: string, origin: string, httpOrigin: string, pids: () => number[], stop: () => Promise<void>}>} */
async function startNginx({ folder, held, socket, media, change = (site) => site }) {
  const [httpPort, httpsPort] = held.map(({ port }) => port);
  makeCertificate(folder);
  writeFileSync(`${folder}/site.conf`, siteFile({ folder, httpPort, httpsPort, socket, media, change }));
  const user = process.getuid() === 0 ? 'user root;' : '';
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  writeFileSync(`${folder}/nginx.conf`, `${user} worker_processes 1; worker_rlimit_nofile 16384; daemon off; pid ${folder}/run/pid;
error_log ${folder}/error.log; events { worker_connections 8192; }
http { include /etc/nginx/mime.types; default_type application/octet-stream; access_log off; ${places} include ${folder}/site.conf; }`);
  mkdirSync(`${folder}/run`);
  for (const { letGo } of held) await letGo();
  const child = spawn('nginx', ['-c', `${folder}/nginx.conf`, '-p', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (bytes) => { errors += bytes; });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  await Promise.race([waitFor(`${folder}/run`, 'pid'), ended.then(() => { throw new Error(`nginx: ${errors}`); })]);
  return {
    folder, child, origin: `https://localhost:${httpsPort}`, httpOrigin: `http://localhost:${httpPort}`, httpPort, httpsPort,
    get errors() { return errors; },
    pids: () => [child.pid, ...readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)],
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * `treteau serve` as production runs it.
 * @param {{args?: string[], env?: object, prepare?: (folder: string) => Promise<void>, change?: (site: string, folder: string) => string}} [options]
 * prepare(folder) may fill the data folder first; change(site, folder) what else a test puts into the site file.
 */
export async function startBehindProxy({ args = [], env = {}, prepare, change } = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'treteau-proxy-'));
  const data = `${folder}/data`, socket = `${folder}/web.socket`;
  mkdirSync(data, { mode: 0o700 });
  const held = [await holdPort(), await holdPort()];
  const origin = `https://localhost:${held[1].port}`;
  if (prepare) await prepare(data);
  const serve = () => start({ command: 'serve', folder: data, env,
    args: ['--socket', socket, '--behind-proxy', '--origin', origin, ...args] });
  let server = await serve();
  const nginx = await startNginx({ folder, held, socket, media: `${data}/media/`, change: change && ((site) => change(site, folder)) }).catch(async (error) => {
    await server.stop({ keep: true });
    throw error;
  });
  return {
    origin, nginx, socket, folder: data,
    get server() { return server; },
    get child() { return server.child; },
    get stderr() { return server.stderr; },
    client: (options) => server.client(options),
    /** As after a power cut; meanwhile() runs while nothing serves. */
    async restart(meanwhile = () => {}) {
      await server.kill();
      await meanwhile();
      server = await serve();
    },
    async stop() {
      await nginx.stop();
      const end = await server.stop({ keep: true });
      const complaints = readFileSync(`${folder}/error.log`, 'utf8');
      rmSync(folder, { recursive: true, force: true });
      return { ...end, complaints };
    },
  };
}

/** Resident kB of a process. */
export function residentOf(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, 'latin1').match(/VmRSS:\s+(\d+)/)[1]);
}

export function listFiles(folder) {
  return readdirSync(folder);
}
