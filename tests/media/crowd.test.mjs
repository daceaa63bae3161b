// A room full of pages: what one writes reaches everybody once and soon, hands are seen, straight and through nginx with TLS,
// also when many do the same at once; and a hall behind one address comes in.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build, start } from '../http/support.mjs';
import { measured } from '../support/measure.mjs';
import { fromElsewhere, startBehindProxy } from '../support/proxy.mjs';
import { importLive } from '../support/sample.mjs';

const PEOPLE = 100, SAYS = 10, SECONDS = 4;

function crowd({ origin, child }, place, ...args) {
  const words = ['crowd', '--url', origin, '--event', place.slug, '--room', place.room, '-n', String(PEOPLE), '--says', String(SAYS),
    '--hands', '2', '--settle', '1', '--seconds', String(SECONDS), '--server-pid', String(child.pid), '--json', ...args];
  return new Promise((resolve) => execFile(path.join(build, 'src/load/treteau-load'), words, { timeout: 120000 },
    (error, stdout, stderr) => resolve({ code: error?.code ?? 0, run: stdout ? JSON.parse(stdout) : null, stderr })));
}

/** Within a second. */
const soon = (...args) => measured(() => crowd(...args, '--max-delivery-ms', '1000'),
  ({ stderr }) => !/^treteau-load: delivery_ms_p95 is .*, more than/m.test(stderr));

/** Hands, one after the other. */
async function checkCrowd(t, server, place, ...args) {
  const { code, run, stderr } = await soon(server, place, ...args);
  t.diagnostic(JSON.stringify(run));
  assert.equal(code, 0, stderr);
  assert.equal(run.people, PEOPLE);
  assert.equal(run.delivered, run.said * PEOPLE);
  assert.ok(run.said >= SAYS * SECONDS * 0.9, `${run.said} lines`);
  assert.ok(run.hand_ms_p95 >= 0 && run.hand_messages >= PEOPLE, 'hands are seen by everybody');
}

describe('straight', () => {
  let server, place;
  before(async () => {
    server = await start();
    place = await importLive(server);
  });
  after(() => server?.stop());

  it('a hundred pages hear each other', (t) => checkCrowd(t, server, place));

  it('a bound that is broken is an exit code', async () => {
    const { code, stderr } = await crowd(server, place, '--max-delivery-ms', '0');
    assert.equal(code, 1);
    assert.match(stderr, /delivery_ms_p95 is .*, more than 0/);
  });
});

describe('through nginx', () => {
  let server, place;
  before(async () => {
    server = await startBehindProxy();
    place = await importLive(server);
  });
  after(() => server?.stop());

  it('a hundred pages hear each other under TLS', (t) => checkCrowd(t, server, place, '--insecure'));

  it('sixty at once raise their hands, react, vote and lower them: each is answered, and everybody knows of all', async (t) => {
    const { code, run, stderr } = await soon(server, place, '--insecure', '--wave', '60', '--seconds', '8');
    t.diagnostic(JSON.stringify(run));
    assert.equal(code, 0, stderr);
    assert.equal(run.delivered, run.said * PEOPLE);
    for (const wave of ['raise', 'react', 'vote', 'lower']) assert.ok(run[`${wave}_all_ms_max`] > 0, wave);
    for (const wave of ['raise', 'vote', 'lower']) assert.ok(run[`${wave}_own_ms_max`] > 0, wave);
    assert.equal(run.answer_all_ms_max, undefined, 'nobody opened a poll');
    assert.ok(run.hand_messages < 60 * PEOPLE, `${run.hand_messages} lists of hands were told, of 120 changes to ${PEOPLE} people`);
  });

  it('a certificate of nobody is refused', async () => {
    const { code, stderr } = await crowd(server, place);
    assert.equal(code, 1);
    assert.match(stderr, /certificate verify failed/);
  });
});

describe('a hall behind one address', () => {
  let server, place;
  before(async () => {
    server = await startBehindProxy({ change: fromElsewhere });
    place = await importLive(server);
  });
  after(() => server?.stop());

  it('four hundred of it and fifty at home are in the room together', async (t) => {
    const { code, run, stderr } = await crowd(server, place, '--insecure', '-n', '450', '--per-address', '400');
    t.diagnostic(JSON.stringify(run));
    assert.equal(code, 0, stderr);
    assert.deepEqual([run.people, run.delivered], [450, run.said * 450]);
  });

  it('more strangers of one address are told how else they come in', async () => {
    const { code, stderr } = await crowd(server, place, '--insecure', '-n', '401');
    assert.equal(code, 1);
    assert.match(stderr, /the room says: .*(network|réseau)/);
  });
});
