// Ways in by link, invitations, roles. Case 10: CSRF, fixation, logout, link guessing and reuse. Case 11: redirects.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { start, ownerClient, run } from './support.mjs';
import { linkTo, mailsTo, makeEvent } from './mail.mjs';

const HOUR_S = 3600;
let server, owner;
before(async () => {
  server = await start();
  await makeEvent(server, 'nec', { title: 'Numérique en Communs' });
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

const location = (response) => response.headers.get('location');
const pathOf = (link) => new URL(link).pathname;

/** Invites by the team's page, gives the link of the mail. */
async function invited(email, role) {
  const answer = await owner.post('/nec/organise/team/', { email, role });
  assert.equal(answer.status, 303, answer.body_text);
  return linkTo(server, email);
}

describe('an invitation', () => {
  it('brings a role, once', async () => {
    const link = await invited('host@example.org', 'host');
    const host = server.client();
    const page = await host.get(pathOf(link));
    assert.equal(page.status, 200);
    assert.match(page.body_text, /You are invited/);
    assert.match(page.body_text, /host/);
    const answer = await host.useLink(link);
    assert.equal(answer.status, 303);
    assert.equal(location(answer), '/nec/me/');
    assert.equal((await host.get('/nec/me/')).status, 200);
    assert.equal((await host.get('/nec/organise/team/')).status, 403);
    const team = await owner.get('/nec/organise/team/');
    assert.match(team.body_text, /host@example\.org/);
    assert.doesNotMatch(team.body_text, /invitation-\d/);
  });
  it('that is withdrawn opens nothing', async () => {
    const link = await invited('late@example.org', 'organiser');
    const team = await owner.get('/nec/organise/team/');
    const row = team.body_text.match(/invitation-\d+/)[0];
    assert.equal((await owner.post('/nec/organise/team/withdraw/', { row }, { from: '/nec/organise/team/' })).status, 303);
    assert.equal((await server.client().get(pathOf(link))).status, 404);
  });
  it('goes to an address, with a role, not twice at once; each fault is told and the form comes back filled', async () => {
    const wrong = await owner.post('/nec/organise/team/', { email: 'no address', role: 'host' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.body_text, />\s*no address<\/textarea>/);
    assert.match(wrong.body_text, /aria-invalid="true"/);
    for (const role of ['owner', 'attendee', '', 'ORGANISER'])
      assert.equal((await owner.post('/nec/organise/team/', { email: 'x@example.org', role })).status, 422, role);
    await invited('twice@example.org', 'speaker');
    assert.equal((await owner.post('/nec/organise/team/', { email: 'twice@example.org', role: 'speaker' })).status, 422);
    assert.equal((await mailsTo(server, 'twice@example.org')).length, 1);
  });
  it('is for organisers to send', async () => {
    const visitor = server.client();
    assert.equal((await visitor.get('/nec/organise/team/')).status, 403);
    const answer = await visitor.post('/nec/organise/team/', { email: 'x@example.org', role: 'organiser' },
      { from: '/sign-in/' });
    assert.equal(answer.status, 403);
  });
  it('a role is taken away by its button, but not one\'s own', async () => {
    const organiser = server.client();
    await organiser.useLink(await invited('second@example.org', 'organiser'));
    const team = (await organiser.get('/nec/organise/team/')).body_text;
    assert.match(team, /this is you/);
    const host = team.match(/member-\d+-host/)[0];
    const withdraw = (client, row) => client.post('/nec/organise/team/withdraw/', { row }, { from: '/nec/organise/team/' });
    assert.equal((await withdraw(organiser, host)).status, 303);
    const own = (await owner.get('/nec/organise/team/')).body_text.match(/member-\d+-organiser/)[0];
    assert.equal((await withdraw(organiser, own)).status, 409);
    assert.equal((await withdraw(organiser, 'member-1-owner')).status, 409);
    assert.equal((await withdraw(organiser, 'nonsense')).status, 409);
    assert.equal((await organiser.get('/nec/organise/team/')).status, 200);
  });
});

describe('who gives which role', () => {
  const team = '/maison/organise/team/';
  const act = (client, what, row) => client.post(`${team}${what}/`, { row }, { from: team });
  const rowOf = (page, email, what = 'invitation|member') =>
    page.body_text.split('<li>').map((row) => row.split('</li>')[0]).find((row) => row.includes(email))?.match(new RegExp(`value="((?:${what})-[^"]+)"`))?.[1];
  const member = async (email, role) => {
    assert.equal((await owner.post(team, { email, role })).status, 303);
    const client = server.client();
    await client.useLink(await linkTo(server, email));
    return client;
  };
  let first, second, organiser;
  before(async () => {
    await makeEvent(server, 'maison', { title: 'Maison' });
    first = await member('first@example.org', 'event-owner');
    second = await member('second-owner@example.org', 'event-owner');
    organiser = await member('organiser@example.org', 'organiser');
  });

  it('an owner of the event gives every role, each with a sentence; an organiser not those of organisers and owners', async () => {
    const roles = (page) => [...page.body_text.matchAll(/name="role" value="([^"]+)"/g)].map(([, role]) => role);
    const every = ['speaker', 'host', 'stage-manager', 'captioner', 'check-in', 'read-only', 'programme', 'organiser', 'event-owner'];
    const page = await first.get(team);
    assert.deepEqual(roles(page), every);
    assert.equal(page.body_text.match(/<label class="choice">.*?<small>[^<]{10,}/g).length, every.length);
    assert.deepEqual(roles(await organiser.get(team)), every.slice(0, -2));
    for (const role of ['organiser', 'event-owner'])
      assert.equal((await organiser.post(team, { email: 'x@example.org', role })).status, 422, role);
    assert.equal((await organiser.post(team, { email: 'captions@example.org', role: 'captioner' })).status, 303);
  });
  it('an organiser takes neither from an owner nor from an organiser, nor sends or withdraws such an invitation', async () => {
    const account = rowOf(await first.get(team), 'second-owner@example.org', 'member');
    assert.equal((await act(organiser, 'withdraw', account)).status, 403);
    await first.post(team, { email: 'third@example.org', role: 'organiser' });
    const invitation = rowOf(await first.get(team), 'third@example.org', 'invitation');
    assert.equal(rowOf(await organiser.get(team), 'third@example.org'), undefined, 'there is no button');
    assert.equal((await act(organiser, 'withdraw', invitation)).status, 403);
    assert.equal((await act(organiser, 'again', invitation)).status, 403);
    assert.equal((await act(first, 'withdraw', invitation)).status, 303);
  });
  it('nobody removes the last owner of an event', async () => {
    const [one, two] = [rowOf(await owner.get(team), 'first@example.org', 'member'), rowOf(await owner.get(team), 'second-owner@example.org', 'member')];
    assert.equal((await act(second, 'withdraw', two)).status, 409, 'not oneself');
    assert.equal((await act(second, 'withdraw', one)).status, 303);
    const answer = await act(owner, 'withdraw', two);
    assert.equal(answer.status, 409);
    assert.match(answer.body_text, /last owner/);
    assert.equal((await second.get(team)).status, 200);
    assert.equal((await first.get(team)).status, 403);
  });
  it('a row of another event is not there (case 9)', async () => {
    await owner.post('/nec/organise/team/', { email: 'elsewhere@example.org', role: 'host' });
    const row = rowOf(await owner.get('/nec/organise/team/'), 'elsewhere@example.org', 'invitation');
    for (const what of ['withdraw', 'again'])
      assert.equal((await act(second, what, row)).status, 409, what);
    assert.equal((await server.client().get(pathOf(await linkTo(server, 'elsewhere@example.org')))).status, 200, 'it still works');
  });
  it('an invitation says until when it holds and what its role may do, and is sent again after two minutes', async () => {
    const page = await second.get(team);
    const row = page.body_text.split('<li>').find((text) => text.includes('captions@example.org') && text.includes('invitation-'));
    assert.match(row, /until \w+/);
    assert.equal((await act(second, 'again', rowOf(page, 'captions@example.org', 'invitation'))).status, 409, 'just sent');
    const accept = await server.client().get(pathOf(await linkTo(server, 'captions@example.org')));
    assert.match(accept.body_text, /Writes captions in the rooms/);
    assert.match(accept.body_text, /its organisers see your address/);
  });
  it('what is accepted leads to its own event', async () => {
    await second.post(team, { email: 'door@example.org', role: 'check-in' });
    const person = server.client();
    assert.equal(location(await person.useLink(await linkTo(server, 'door@example.org'))), '/maison/organise/');
  });
});

it('several are invited at once, a line each; one wrong line and nothing is sent', async () => {
  await makeEvent(server, 'foule', { title: 'Foule' });
  const lines = (from, to) => Array.from({ length: to - from }, (_, i) => `foule${from + i}@example.org`).join('\r\n');
  const wrong = await owner.post('/foule/organise/team/', { email: `${lines(0, 2)}\r\nno address\r\n${lines(2, 4)}`, role: 'speaker' });
  assert.equal(wrong.status, 422);
  assert.match(wrong.body_text, /Line 3, “no address”/);
  assert.match(wrong.body_text, /foule3@example\.org/);
  assert.equal((await mailsTo(server, 'foule0@example.org')).length, 0);
  assert.equal((await owner.post('/foule/organise/team/', { email: lines(0, 51), role: 'speaker' })).status, 422, '50 at once');
  for (const [from, to] of [[0, 50], [50, 65]])
    assert.equal((await owner.post('/foule/organise/team/', { email: `${lines(from, to)}\r\n\r\n${lines(from, from + 1)}`, role: 'speaker' })).status, 303);
  let seen = 0;
  for (const page of [1, 2, 3, 4, 5]) {
    const { body_text } = await owner.get(`/foule/organise/team/?page=${page}`);
    const nodes = body_text.match(/<[a-z]/g).length;
    assert.ok(nodes <= 298, `${nodes} nodes`);
    seen += body_text.match(/aria-label="Withdraw the invitation/g).length;
  }
  assert.equal(seen, 65);
});

describe('a sign-in link (case 10)', () => {
  it('is not burnt by a mail scanner; its button works once', async () => {
    await owner.post('/sign-in/', { email: 'host@example.org' });
    const link = await linkTo(server, 'host@example.org');
    const scanner = server.client();
    for (let i = 0; i < 5; i++) {
      assert.equal((await scanner.get(pathOf(link))).status, 200);
      assert.equal((await scanner.head(pathOf(link))).status, 200);
    }
    const person = server.client();
    const first = await person.useLink(link);
    assert.equal(first.status, 303);
    assert.match((await person.get('/sign-in/')).body_text, /signed in as host@example\.org/);
    const token = await scanner.token('/sign-in/');
    const second = await scanner.post(pathOf(link), {}, { token });
    assert.equal(location(second), '/sign-in/dead/');
    assert.equal((await scanner.get(pathOf(link))).status, 404);
  });
  it('two presses at the same moment let one in', async () => {
    const { stdout } = await run('link', 'owner@example.org', '--data', server.folder, '--origin', server.origin);
    const address = pathOf(stdout.trim());
    const clients = Array.from({ length: 8 }, () => server.client());
    const tokens = await Promise.all(clients.map((client) => client.token(address)));
    const answers = await Promise.all(clients.map((client, i) => client.post(address, {}, { token: tokens[i] })));
    assert.equal(answers.filter((answer) => location(answer) !== '/sign-in/dead/').length, 1);
  });
  it('used, expired, withdrawn and guessed look the same, and offer a new one', async () => {
    const { stdout } = await run('link', 'owner@example.org', '--data', server.folder, '--origin', server.origin);
    const used = pathOf(stdout.trim());
    await server.client().useLink(used);
    const guessed = `/sign-in/link/${'A'.repeat(43)}/`;
    const short = '/sign-in/link/x/';
    const plain = (text) => text.replace(/value="[0-9a-f]{64}"/g, '');
    const pages = await Promise.all([used, guessed, short, '/sign-in/dead/'].map((path) => server.client().get(path)));
    for (const page of pages) {
      assert.equal(page.status, 404);
      assert.equal(plain(page.body_text), plain(pages[0].body_text));
    }
    assert.match(pages[0].body_text, /action="\/sign-in\/"/);
  });
  it('an unknown address is told the same as a known one, and gets nothing', async () => {
    const visitor = server.client();
    const known = await visitor.post('/sign-in/', { email: 'second@example.org' });
    const unknown = await visitor.post('/sign-in/', { email: 'nobody@example.org' });
    assert.equal(known.status, unknown.status);
    assert.equal(location(known), location(unknown));
    assert.equal((await mailsTo(server, 'nobody@example.org')).length, 0);
    const before = (await mailsTo(server, 'second@example.org')).length;
    await visitor.post('/sign-in/', { email: 'SECOND@example.org ' });
    assert.equal((await mailsTo(server, 'second@example.org')).length, before, 'one mail in two minutes');
  });
  it('a wrong address is told beside the field, and comes back', async () => {
    for (const [email, sentence] of [['', /missing/], ['personne7@exemple', /end of the address/], ['a b@c.fr', /character/],
      ['<script>@x.fr', /character/]]) {
      const answer = await server.client().post('/sign-in/', { email });
      assert.equal(answer.status, 422, email);
      assert.match(answer.body_text, sentence);
      assert.doesNotMatch(answer.body_text, /<script>/);
    }
  });
  it('a header cannot be put into its mail (case 14)', async () => {
    const answer = await server.client().post('/sign-in/', { email: 'second@example.org\r\nBcc: b@example.org' });
    assert.equal(answer.status, 422);
  });
});

describe('sessions (case 10)', () => {
  it('signing in makes a new cookie, an old one is never promoted', async () => {
    const person = server.client();
    person.cookies.set('session', 'fixed-by-an-attacker');
    const { stdout } = await run('link', 'owner@example.org', '--data', server.folder, '--origin', server.origin);
    await person.useLink(stdout.trim());
    assert.notEqual(person.cookies.get('session'), 'fixed-by-an-attacker');
    const first = person.cookies.get('session');
    const again = await run('link', 'owner@example.org', '--data', server.folder, '--origin', server.origin);
    await person.useLink(again.stdout.trim());
    assert.notEqual(person.cookies.get('session'), first);
    const thief = server.client();
    thief.cookies.set('session', first);
    assert.equal((await thief.get('/nec/organise/team/')).status, 403, 'the session before it is over');
  });
  it('signing out ends it on the server too, and only by a form of ours', async () => {
    const person = await ownerClient(server);
    const kept = person.cookies.get('session');
    const foreign = await person.post('/sign-out/', {}, { from: '/sign-in/',
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } });
    assert.equal(foreign.status, 403);
    assert.equal((await person.get('/nec/organise/team/')).status, 200);
    assert.equal((await person.post('/sign-out/', {}, { from: '/sign-in/' })).status, 303);
    const thief = server.client();
    thief.cookies.set('session', kept);
    assert.equal((await thief.get('/nec/organise/team/')).status, 403);
  });
  it('a link is used by its own page alone', async () => {
    const { stdout } = await run('link', 'owner@example.org', '--data', server.folder, '--origin', server.origin);
    const address = pathOf(stdout.trim());
    const victim = server.client();
    const token = await victim.token(address);
    for (const headers of [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, { origin: 'null' }])
      assert.equal((await victim.post(address, {}, { token, headers })).status, 403);
    assert.equal((await victim.post(address, {}, { token: '0'.repeat(64) })).status, 403);
    assert.equal((await victim.get(address)).status, 200, 'nothing was used up');
  });
  it('after it one goes to pages of ours alone (case 11)', async () => {
    const wish = async (next) => {
      const page = await server.client().get(`/sign-in/?next=${encodeURIComponent(next)}`);
      return page.body_text.match(/name="next" value="([^"]*)"/)[1];
    };
    assert.equal(await wish('/nec/me/'), '/nec/me/');
    for (const next of ['//evil.example/', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)', '/a\r\nb'])
      assert.equal(await wish(next), '', next);
  });
});

it('a link of the command refuses what is no address', async () => {
  const { code, stderr } = await run('link', 'nobody', '--data', server.folder, '--origin', server.origin);
  assert.notEqual(code, 0);
  assert.match(stderr, /nobody/);
});

// Last: it makes this network wait.
it('guessing is slowed down (case 10)', async () => {
  const guesser = server.client();
  let answer;
  for (let i = 0; i < 30; i++) {
    answer = await guesser.get(`/sign-in/link/${String(i).padStart(43, 'A')}/`);
    if (answer.status === 429) break;
    assert.equal(answer.status, 404);
  }
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get('retry-after')) >= 1);
});

describe('later', () => {
  let folder, late;
  it('a sign-in link is dead after an hour, an invitation after two weeks', async () => {
    const links = {
      signIn: (await run('link', 'owner@example.org', '--data', server.folder, '--origin', server.origin)).stdout.trim(),
      invitation: await invited('slow@example.org', 'speaker'),
    };
    folder = server.folder;
    for (const [offset_s, signIn, invitation] of [[HOUR_S + 60, 404, 200], [15 * 24 * HOUR_S, 404, 404]]) {
      late = await start({ folder, env: { TRETEAU_CLOCK_OFFSET_S: String(offset_s) } });
      const client = late.client();
      const statuses = [(await client.get(pathOf(links.signIn))).status, (await client.get(pathOf(links.invitation))).status];
      if (offset_s > 14 * 24 * HOUR_S) {
        await client.post('/sign-in/', { email: 'slow@example.org' });
        const renewed = await linkTo(late, 'slow@example.org');
        assert.match((await client.get(pathOf(renewed))).body_text, /You are invited/, 'a dead invitation offers a new one');
      }
      await late.stop({ keep: true });
      assert.deepEqual(statuses, [signIn, invitation]);
    }
  });
});
