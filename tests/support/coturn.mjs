// coturn by the shipped sample; what the sample leaves to each place is filled in.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeCertificate } from './proxy.mjs';

/** As live_turn.c makes them: good for an hour. */
export function turnCredentials(secret, name = '1-7') {
  const username = `${Math.floor(Date.now() / 1000) + 3600}:${name}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

const listens = (port, host) => new Promise((resolve) => net.connect(port, host, function () { this.destroy(); resolve(true); }).on('error', () => resolve(false)));

/**
 * @param {{address: string, secret: string, peer?: string, port?: number, tls?: number, more?: string}} options peer: the only
 * address of this machine it may lead to; tls: port; more: lines behind the sample's
 */
export async function startCoturn({ address, secret, peer = '', port = 3479, tls = 0, more = '' }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'treteau-turn-'));
  const { certificate, key } = makeCertificate(folder);
  const sample = readFileSync(new URL('../../etc/coturn/turnserver.conf', import.meta.url), 'utf8');
  const own = sample.replace(/^(cert|pkey|external-ip|listening-port|tls-listening-port)=.*\n/gm, '').replace('CHANGE-ME', secret)
    + `listening-ip=${address}\nrelay-ip=${address}\nlistening-port=${port}\nuserdb=${folder}/db\npidfile=${folder}/pid\nlog-file=${folder}/log\nsimple-log\n`
    + (peer ? `allowed-peer-ip=${peer}\n` : '') + (tls ? `tls-listening-port=${tls}\ncert=${certificate}\npkey=${key}\nno-dtls\n` : 'no-tls\nno-dtls\n') + more;
  writeFileSync(path.join(folder, 'turnserver.conf'), own);
  const child = spawn('turnserver', ['-c', path.join(folder, 'turnserver.conf')], { stdio: 'ignore' });
  const said = () => existsSync(`${folder}/log`) ? readFileSync(`${folder}/log`, 'utf8') : '';
  const ended = new Promise((resolve) => child.on('exit', resolve));
  for (const end = Date.now() + 15000; !(await listens(port, address) && (!tls || await listens(tls, address))); await new Promise((next) => setTimeout(next, 50)))
    assert.ok(Date.now() < end && child.exitCode === null, `coturn does not start: ${said()}`);
  return { certificate, said, async stop() {
    child.kill('SIGKILL'); // its own end takes it half a minute
    await ended;
    rmSync(folder, { recursive: true });
  } };
}
