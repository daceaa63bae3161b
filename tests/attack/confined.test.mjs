// Case 30: the program under the filter of its own unit (confined.py puts systemd's place): pages, a registration, a picture,
// a room, a recording with its replay, a backup, and a clean end. A call that the unit refuses would stop one of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { linkTo } from '../http/mail.mjs';
import { png } from '../http/pictures.mjs';
import { ownerClient, program, root, run, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { list, recordingFolder } from '../faults/recording.mjs';
import { speaker } from '../faults/speaker.mjs';
import { until } from '../faults/support.mjs';

const CONFINED = ['/usr/bin/python3', path.join(root, 'tests/attack/confined.py'), path.join(root, 'etc/systemd/treteau.service')];

/** Why it cannot be shown here, or false. */
function missing() {
  const [first, ...rest] = CONFINED;
  const tried = spawnSync(first, [...rest, 'true'], { encoding: 'utf8' });
  return tried.status === 0 ? false : `no filter can be set here: ${(tried.stderr ?? String(tried.error)).trim().split('\n').at(-1)}`;
}

describe('case 30: under the unit\'s system call filter', { skip: missing() }, () => {
  let server, place, owner;
  before(async () => {
    server = await start({ through: CONFINED });
    place = await importLive(server);
    owner = await ownerClient(server);
  });
  after(async () => {
    const { code, stderr } = await server.stop();
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /not permitted|EPERM|Sanitizer/i);
  });

  it('case 30: the filter is on, and refuses what the unit refuses', () => {
    assert.match(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'), /^Seccomp:\s2$/m);
    assert.equal(readFileSync(`/proc/${server.child.pid}/comm`, 'utf8').trim(), path.basename(program));
    const tries = { 'unshare -U true': /not permitted/, 'chroot / true': /not permitted/, 'mount -t tmpfs none /mnt': /not permitted|denied/,
      '/usr/bin/python3 -c "import mmap; mmap.mmap(-1, 4096, prot=7)"': /not permitted/, '/usr/bin/python3 -c "import socket; socket.socket(17, 3)"': /not permitted|not supported/ };
    const { stdout } = spawnSync(CONFINED[0], [...CONFINED.slice(1), 'sh', '-c', Object.keys(tries).map((command) => `${command} 2>&1; echo "ended with $?;"`).join('\n')], { encoding: 'utf8' });
    const answers = stdout.split(/;\n/);
    for (const [n, [command, refusal]] of Object.entries(tries).entries()) {
      assert.match(answers[n], refusal, command);
      assert.match(answers[n], /ended with [1-9]/, command);
    }
  });
  it('case 30: pages, a registration with its mail, a picture by its child', async () => {
    const reader = server.client();
    assert.match((await reader.get('/test/schedule/')).body_text, />Live now</);
    assert.equal((await reader.post('/test/register/', { name: 'A reader', email: 'reader@example.org' })).status, 303);
    assert.equal((await reader.useLink(await linkTo(server, 'reader@example.org'))).status, 303);
    assert.match((await reader.get('/test/me/')).body_text, /A reader/);
    const form = new FormData();
    for (const [name, value] of Object.entries({ theme: 'nec', accent: '' })) form.append(name, value);
    form.append('logo', new Blob([png()], { type: 'image/png' }), 'logo.png');
    const answer = await owner.post('/test/organise/look/', form);
    assert.ok(answer.status < 400, answer.body_text);
    const [logo] = (await owner.get('/test/organise/look/')).body_text.match(/\/media\/picture\/[^"]+/) ?? assert.fail('no logo');
    assert.equal((await owner.get(logo)).status, 200);
  });
  it('case 30: a room, its recording by the recorder, the replay', async () => {
    const host = await Page.join(server, place, '', { client: owner, deadline_ms: 30000 });
    const guest = await speaker(server, place, host);
    host.send({ t: 'record', on: true });
    await host.next('record', (m) => m.on);
    const folder = await recordingFolder(server);
    await until('two pieces', () => list(folder).pieces.length >= 2, { deadline_ms: 30000 });
    host.send({ t: 'record', on: false });
    await until('its end', () => list(folder).ended, { deadline_ms: 20000 });
    await guest.stop();
    await host.close();
    const code = (await owner.get('/test/schedule/?q=Live')).body_text.match(/\/test\/talk\/(\w+)\//)[1];
    assert.match((await owner.get(`/test/talk/${code}/replay/`)).body_text, /data-list="\/media\//);
  });
  /** A kind of long work, until it has ended. @param {string} kind @returns {Promise<{address: string, page: string}>} */
  async function work(kind) {
    const asked = await owner.post('/admin/jobs/', { kind });
    assert.equal(asked.status, 303, asked.body_text);
    const address = asked.headers.get('location');
    const state = async () => JSON.parse((await owner.get(`${address}state`)).body_text);
    await until(`the end of ${kind}`, async () => !(await state()).open, { deadline_ms: 60000 });
    const page = (await owner.get(address)).body_text;
    const said = page.match(/<p class="notice[^>]*>.*?<\/p>/s)?.[0].replace(/<[^>]*>/g, ' ').trim();
    assert.equal((await state()).state, 'done', `${kind} says: ${said}`);
    return { address, page };
  }
  it('case 30: a backup from the browser, and a copy to take away', async () => {
    // A backup is an archive and the files beside it, so no page hands it out; the copy is one file.
    await work('backup');
    const [name] = readdirSync(path.join(server.folder, 'backups')).filter((file) => file.startsWith('treteau-2'));
    const whole = await run('verify', path.join(server.folder, 'backups', name));
    assert.equal(whole.code, 0, whole.stderr);
    const { address, page } = await work('copy');
    assert.match(page, /\/file"/);
    assert.equal((await owner.request('GET', `${address}file`)).status, 200);
    // What doctor thinks of this machine (its network, its clock) is no matter here: that it sees the backup is.
    const { stdout, stderr } = await run('doctor', '--data', server.folder, '--lang', 'en');
    assert.match(stdout, /^ok: backup: the last is 0 hours old$/m, `${stdout}\n${stderr}`);
  });
});
