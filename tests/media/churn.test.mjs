// People come and go, twenty a second, some at once again, and speakers are replaced, while all numbers of RTP start over:
// whoever comes sees a picture, everything that follows can be decoded in order, and what was theirs is given back.
// `./test long` runs it for half an hour (TRETEAU_CHURN_SECONDS), with the host built under sanitizers (TRETEAU_CHURN_HOST).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { build } from '../http/support.mjs';
import { measured } from '../support/measure.mjs';

const JOINS_PER_SECOND = 20;
const KINDS = {
  h264: ['--codec', 'h264'],
  vp8: ['--codec', 'vp8'],
  'h264 in layers, shown larger and smaller': ['--codec', 'h264', '--simulcast'],
  'vp8 in layers, shown larger and smaller': ['--codec', 'vp8', '--simulcast'],
};
const SECONDS = Math.round(Number(process.env.TRETEAU_CHURN_SECONDS ?? 24) / Object.keys(KINDS).length); // of each
const HOST = process.env.TRETEAU_CHURN_HOST ?? path.join(build, 'tests/bench/sfu-host');
const SANITIZED = Boolean(process.env.TRETEAU_CHURN_HOST); // memory is kept back there, and nothing is fast

/** How it ended, its figures, and what it complained of. */
function churn(...args) {
  const words = ['churn', '--host', HOST, '--json', '--wraps', '--joins', String(JOINS_PER_SECOND), '--residents', '2', ...args];
  return new Promise((resolve) => execFile(path.join(build, 'src/load/treteau-load'), words, { timeout: (SECONDS + 120) * 1000 },
    (error, stdout, stderr) => resolve({ code: error?.code ?? 0, run: stdout ? JSON.parse(stdout) : null, stderr })));
}

describe(`people come and go, ${JOINS_PER_SECOND} a second, for ${SECONDS} s each`, () => {
  for (const [kind, words] of Object.entries(KINDS))
    it(kind, async (t) => {
      const { code, run, stderr } = await measured(() => churn(...words, '-p', '2', '-n', '15', '--speaker-every', '3', '--settle', '3',
        '--seconds', String(SECONDS), '--transport-cc', '--max-failures', '0', '--max-join-ms', SANITIZED ? '-1' : '1000',
        '--max-first-picture-ms', SANITIZED ? '-1' : '1000',
        // a watcher is 64 kB: one in two that is not given back is found
        '--max-growth-bytes', SANITIZED ? '-1' : '32000'),
        (one) => !/^treteau-load: \w+_ms\w* is .*, more than/m.test(one.stderr));
      t.diagnostic(JSON.stringify(run));
      assert.equal(code, 0, stderr);
      assert.ok(run.joins >= SECONDS * JOINS_PER_SECOND * 0.9, `${run.joins} came`);
      assert.ok(run.leaves >= SECONDS * JOINS_PER_SECOND * 0.8, `${run.leaves} left`);
      assert.ok(run.hasty > 0 && run.speaker_changes >= Math.floor(SECONDS / 3) - 1, JSON.stringify(run));
      assert.equal(run.view_changes > 0, words.includes('--simulcast'));
      assert.ok(run.pictures > run.joins * 5, 'they saw pictures');
      assert.ok(run.server_files_after <= run.server_files_before + 2, 'no descriptor is left behind');
    });
});

it('a bound that is broken is an exit code', async () => {
  const { code, stderr } = await churn('-n', '3', '--settle', '1', '--seconds', '2', '--max-join-ms', '0');
  assert.equal(code, 1);
  assert.match(stderr, /join_ms_p95 is .*, more than 0/);
});

it('a loss that nothing mends is a failure', async () => {
  const { code, run, stderr } = await churn('-n', '5', '--joins', '2', '--residents', '0', '--settle', '1', '--seconds', '4',
    '--loss', '60', '--hasty', '0');
  assert.equal(code, 1, stderr);
  assert.ok(run.failures > 0 && run.gaps > 0, JSON.stringify(run));
  assert.match(stderr, /saw a broken picture/);
});
