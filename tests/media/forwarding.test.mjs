// The media server alone (sfu-host) under the load generator: every packet that reaches a watcher is decrypted, losses are
// asked for again and made good. Who comes and goes: churn.test.mjs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { build } from '../http/support.mjs';
import { measured } from '../support/measure.mjs';

const PACKETS_PER_SECOND = 200; // of one publisher: 30 frames of five packets, 50 sound packets

/** The generator's figures of one run. */
async function load(...args) {
  const { stdout } = await promisify(execFile)(path.join(build, 'src/load/treteau-load'),
    ['host', '--host', path.join(build, 'tests/bench/sfu-host'), '--json', '--open-every', '1', '--settle', '1', ...args],
    { timeout: 90000 });
  return JSON.parse(stdout);
}

/** The same, of so many packets at least: fewer are sent where the machine does something else. */
const full_load = (packets, ...args) => measured(() => load(...args), ({ received }) => received >= packets);

describe('every packet arrives and opens', () => {
  for (const profile of ['gcm', 'cm'])
    for (const codec of ['h264', 'vp8'])
      it(`${codec} under ${profile}`, async () => {
        const run = await full_load(5 * 3 * PACKETS_PER_SECOND * 0.95, '--profile', profile, '--codec', codec, '-n', '5', '--seconds', '3');
        assert.equal(run.profile, profile);
        assert.equal(run.received, run.forwarded, 'none is missing');
        assert.equal(run.spoilt, 0);
        assert.ok(run.opened >= run.received, 'all were decrypted');
        assert.ok(run.reports > 0, 'watchers reported');
      });

  it('from four publishers', async () => {
    const run = await full_load(4 * 4 * 3 * PACKETS_PER_SECOND * 0.95, '-p', '4', '-n', '4', '--seconds', '3');
    assert.equal(run.received, run.forwarded);
  });
});

describe('on a bad network', () => {
  it('lost pictures are asked for and made good', async () => {
    const run = await load('-n', '5', '--seconds', '5', '--loss', '5');
    assert.ok(run.loss_percent > 3 && run.loss_percent < 7, `${run.loss_percent} % lost`);
    const lost_video = (run.forwarded - run.received) * 0.75;
    assert.ok(run.nacked > lost_video * 0.8, `${run.nacked} asked for of about ${lost_video}`);
    assert.ok(run.repaired > lost_video * 0.8, `${run.repaired} made good of about ${lost_video}`);
  });

  it('nothing is asked for when nothing is lost', async () => {
    const run = await load('-n', '3', '--seconds', '2');
    assert.equal(run.nacked, 0);
    assert.equal(run.rtx, 0);
  });
});
