// A speaker on stage with picture and sound, by treteau-load: comes back by itself when the server does.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { build } from '../http/support.mjs';
import { Page } from '../support/page.mjs';

/**
 * Brings somebody who consents to be recorded on the stage of `place`, as `host` (a Page) leads it, beside whoever is there.
 * @param {{tone?: number}} [options] what is said is words in this tone, Hz
 * @returns {Promise<{id: number, stop: () => Promise<void>}>}
 */
export async function speaker(server, place, host, name = 'Speaker', { tone } = {}) {
  const page = await Page.join(server, place, name);
  const { id, key } = page.welcome.me;
  const child = spawn(path.join(build, 'src/load/treteau-load'), ['speakers', '--url', server.origin, '--event', place.slug,
    '--room', place.room, '--key', key, '--name', name, '--stays', ...tone ? ['--tone', tone] : []], { stdio: 'ignore' });
  process.on('exit', () => child.kill()); // also when the test fails before it says stop
  const ended = new Promise((resolve) => child.on('exit', resolve));
  await page.closed; // it has taken this page's place
  host.send({ t: 'stage', who: id, on: true });
  await host.next('people', (m) => m.set.some((p) => p.id === id && p.consent && p.camera));
  return { id, stop: () => { child.kill('SIGTERM'); return ended; } };
}
