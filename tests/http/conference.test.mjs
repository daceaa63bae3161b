// An event in the browser: made, dressed, furnished with rooms, tracks and partners, published, deleted. Case 8 for its
// fields: what people type never runs.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { png } from './pictures.mjs';
import { ownerClient, run, start } from './support.mjs';

const NODES_MAX = 298, BYTES_MAX = 60_000;
let server, owner, visitor;
before(async () => {
  server = await start();
  owner = await ownerClient(server);
  visitor = server.client();
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

const day = { first_day: '2032-01-01', last_day: '2032-01-02', zone: 'Europe/Paris' };
/** Makes an event of this address. */
async function make(slug, more = {}) {
  const answer = await owner.post('/admin/events/new/', { title: `Rencontres ${slug}`, slug, lang: 'fr', ...day, ...more });
  assert.equal(answer.status, 303, answer.body_text);
  assert.equal(answer.headers.get('location'), `/${slug}/organise/`);
}
/** Sends a form with a file. */
function multipart(fields, files = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const [name, [bytes, file]] of Object.entries(files)) form.set(name, new Blob([bytes]), file);
  return form;
}
/** Puts a session into a room of the event, as an import does. */
async function importTalk(slug, room) {
  const file = path.join(server.folder, `${slug}.xml`);
  await writeFile(file, `<?xml version="1.0"?><schedule><conference><title>R</title><time_zone_name>Europe/Paris</time_zone_name>
</conference><day index="1" date="2032-01-01"><room name="${room}"><event id="1"><title>Séance</title><start>10:00</start>
<duration>0:30</duration><track>Un fil</track></event></room></day></schedule>`);
  const done = await run('import', file, '--event', slug, '--data', server.folder, '--lang', 'en');
  assert.equal(done.code, 0, done.stdout + done.stderr);
}
const fits = (page, what) => {
  assert.equal(page.status, 200, what);
  assert.ok((page.body_text.match(/<[a-z]/gi) ?? []).length <= NODES_MAX, `${what}: nodes`);
  assert.ok(Buffer.byteLength(page.body_text) <= BYTES_MAX, `${what}: bytes`);
};

describe('an event\'s own form', () => {
  const good = { title: 'Nouvel an', slug: 'nouvel-an', first_day: '2032-01-01', last_day: '2032-01-02', zone: 'Indian/Reunion', lang: 'fr' };
  it('with everything wrong says so at each field and comes back filled', async () => {
    const answer = await owner.post('/admin/events/new/', { title: '', slug: 'Ça', first_day: '31/12/2032', last_day: 'x',
      zone: '/etc/passwd', contact: 'nobody', lang: 'tlh', organiser: '<b>kept</b>' });
    assert.equal(answer.status, 422);
    for (const name of ['title', 'slug', 'first_day', 'last_day', 'contact', 'lang'])
      assert.match(answer.body_text, new RegExp(`id="${name}-e"`), name);
    assert.match(answer.body_text, /&lt;b&gt;kept/);
  });
  it('refuses reserved and hostile addresses, unknown zones, days in the wrong order', async () => {
    for (const slug of ['admin', 'healthz', 'static', 'events', '.well-known', 'sign-in', 'media', '', '..', 'a/b', '<script>'])
      assert.equal((await owner.post('/admin/events/new/', { ...good, slug })).status, 422, slug);
    for (const wrong of [{ zone: '../../etc/passwd' }, { zone: 'Mars/Base' }, { last_day: '2031-12-31' }, { last_day: '2033-01-01' }])
      assert.equal((await owner.post('/admin/events/new/', { ...good, ...wrong })).status, 422, JSON.stringify(wrong));
    assert.equal((await owner.get('/nouvel-an/')).status, 404);
  });
  it('makes one event of two clicks at once', async () => {
    const token = await owner.token('/admin/events/new/');
    const answers = await Promise.all([1, 2].map(() => owner.post('/admin/events/new/', good, { token })));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 422]);
    assert.match(answers.find((answer) => answer.status === 422).body_text, /Another event has this address/);
  });
  it('changes it, field by field with its own sentences', async () => {
    const page = '/nouvel-an/organise/event/', rest = { ...good, licence: 'CC BY 4.0' };
    delete rest.slug;
    const wrong = await owner.post(page, { ...rest, title: '', last_day: '2031-01-01', url: 'javascript:alert(1)', licence: '', langs: 'klingon' });
    assert.equal(wrong.status, 422);
    for (const name of ['title', 'url', 'licence', 'langs'])
      assert.match(wrong.body_text, new RegExp(`id="${name}-e"`), name);
    const saved = await owner.post(page, { ...rest, title: 'Le nouvel an', langs: 'EN, oc', slug: 'other' });
    assert.equal(saved.status, 303, saved.body_text);
    assert.match((await owner.get(page)).body_text, /value="en oc"/);
    const poster = (await owner.get('/nouvel-an/')).body_text;
    assert.match(poster, /<h1[^>]*>Le nouvel an/);
    assert.match(poster, /Hours of Reunion/);
    assert.equal((await owner.get('/other/')).status, 404, 'its address stays');
  });
  it('shows its texts before it keeps them', async () => {
    const page = '/nouvel-an/organise/texts/', texts = { lead: 'Une phrase.', description: '**Gras** et <script>alert(8)</script> [x](javascript:alert(8))' };
    const preview = await owner.post(page, { ...texts, act: 'preview' });
    assert.equal(preview.status, 200);
    assert.match(preview.body_text, /<strong>Gras<\/strong>/);
    assert.doesNotMatch(preview.body_text, /<script>alert|href="javascript/);
    assert.doesNotMatch((await owner.get('/nouvel-an/')).body_text, /Gras/);
    assert.equal((await owner.post(page, { lead: 'x'.repeat(401), description: '' })).status, 422);
    assert.equal((await owner.post(page, texts)).status, 303);
    const poster = (await owner.get('/nouvel-an/')).body_text;
    assert.match(poster, /Une phrase\./);
    assert.match(poster, /<strong>Gras<\/strong>/);
    assert.doesNotMatch(poster, /<script>alert|href="javascript/);
  });
});

describe('colours', () => {
  const page = '/couleurs/organise/look/';
  before(() => make('couleurs'));
  it('offers the nearest colour that can be read, and takes it', async () => {
    const refused = await owner.post(page, multipart({ theme: 'own', accent: '#c8506e' }));
    assert.equal(refused.status, 422, refused.body_text);
    assert.match(refused.body_text, /id="accent-e"/);
    const [, offer] = refused.body_text.match(/name="take" value="(#[0-9a-f]{6})"/) ?? [];
    assert.ok(offer, 'a colour is offered');
    assert.equal((await owner.post(page, multipart({ theme: 'own', accent: '#c8506e', take: offer }))).status, 303);
    assert.match((await owner.get(page)).body_text, new RegExp(`value="${offer}"`));
  });
  it('come as a sheet of three tokens, for its own pages and for the home page', async () => {
    const poster = await owner.get('/couleurs/');
    const [, sheet] = poster.body_text.match(/href="(\/couleurs\/theme\.css\?v=[0-9a-f]{6})"/) ?? [];
    assert.ok(sheet);
    const answer = await owner.get(sheet);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^text\/css/);
    const [, name] = answer.body_text.match(/\.(theme-e\d+)\{--accent:#[0-9a-f]{6};--on-accent:#[0-9a-f]{6};--accent-text:#[0-9a-f]{6}\}/);
    assert.match(poster.body_text, new RegExp(`<html[^>]*class="${name}"`));
    assert.doesNotMatch(poster.body_text, / style="|<style/);
    assert.equal((await visitor.get(sheet)).status, 404, 'hidden with its event');
    await owner.post('/couleurs/organise/publish/', { publish: '1' });
    assert.match((await visitor.get(sheet)).headers.get('cache-control'), /public.*immutable/);
    assert.doesNotMatch((await visitor.get('/couleurs/theme.css?v=000000')).headers.get('cache-control'), /immutable/);
    const home = (await visitor.get('/')).body_text;
    assert.ok(home.includes(sheet) && home.includes(name));
  });
  it('and its name are on errors and on signing in from its pages, and on no page of the server', async () => {
    const sheet = /href="\/couleurs\/theme\.css\?v=[0-9a-f]{6}"/, brand = /<a class="brand" href="\/couleurs\/">[\s\S]*?<span>Rencontres couleurs</;
    for (const [address, status] of [['/couleurs/organise/', 403], ['/couleurs/talk/NONE/', 404], ['/couleurs/no/such/page/', 404],
      ['/sign-in/?next=/couleurs/me/', 200], ['/sign-in/sent/?next=/couleurs/me/', 200]]) {
      const answer = await visitor.get(address);
      assert.equal(answer.status, status, address);
      assert.match(answer.body_text, sheet, address);
      assert.match(answer.body_text, brand, address);
    }
    assert.match((await visitor.get('/couleurs/organise/')).body_text, /href="\/couleurs\/">Back to “Rencontres couleurs”</);
    const asked = await visitor.post('/sign-in/', { email: 'someone@example.org', next: '/couleurs/me/?a=1&b=2' });
    assert.equal(asked.headers.get('location'), '/sign-in/sent/?next=/couleurs/me/%3Fa%3D1%26b%3D2');
    assert.match((await visitor.get(asked.headers.get('location'))).body_text, /href="\/sign-in\/\?next=%2Fcouleurs%2Fme%2F%3Fa%3D1%26b%3D2"/);
    await make('cache');
    for (const address of ['/cache/', '/cache/no/such/page/', '/sign-in/?next=/cache/me/', '/sign-in/?next=//couleurs/', '/sign-in/?next=https://couleurs/', '/no-such-event/', '/sign-in/']) {
      const { body_text } = await visitor.get(address);
      assert.match(body_text, /<a class="brand" href="\/">/, address);
      assert.doesNotMatch(body_text, /Rencontres|theme\.css/, address);
    }
  });
  it('and its name stand on its mails, beside the same text', async () => {
    await owner.post('/couleurs/organise/team/', { email: 'regie@example.org', role: 'host' });
    const stranger = server.client();
    assert.equal((await stranger.post('/couleurs/register/', { name: 'Zoé', email: 'zoe@example.org' })).status, 303);
    const accent = (await owner.get(page)).body_text.match(/value="(#[0-9a-f]{6})"/)[1];
    const store = new DatabaseSync(path.join(server.folder, 'treteau.db'));
    const mails = store.prepare("SELECT kind, message FROM mail WHERE recipient IN ('regie@example.org', 'zoe@example.org') ORDER BY kind").all();
    store.close();
    assert.deepEqual(mails.map(({ kind }) => kind), ['invitation', 'registration']);
    for (const { message } of mails) {
      const { html, text } = JSON.parse(message);
      assert.match(html, new RegExp(`<div style="background:${accent};color:#[0-9a-f]{6};[^"]*">Rencontres couleurs</div>`));
      assert.match(html, /@media\(prefers-color-scheme:dark\)/);
      assert.doesNotMatch(text, /[<>]/);
      const words = (string) => string.replaceAll(/<[^>]+>|&\w+;/g, ' ').replaceAll(/[“”"'’&<>]/g, ' ').replaceAll(/\s+/g, ' ').trim();
      assert.ok(words(html.split('<div class="words">')[1]).startsWith(words(text).slice(0, 200)), html);
    }
  });
  it('refuse what is no colour, and go back to a theme', async () => {
    for (const accent of ['', 'red', '#fff', '#12345g', '#f2b530;}body{display:none', 'url(//x)'])
      assert.equal((await owner.post(page, multipart({ theme: 'own', accent }))).status, 422, accent);
    assert.equal((await owner.post(page, multipart({ theme: 'pink', accent: '#000000' }))).status, 422);
    assert.equal((await owner.post(page, multipart({ theme: 'tilleul', accent: '#000000' }))).status, 303);
    assert.match((await owner.get('/couleurs/')).body_text, /class="theme-tilleul"/);
    assert.doesNotMatch((await owner.get('/couleurs/theme.css')).body_text, /--accent/);
  });
});

describe('rooms', () => {
  const page = '/salles/organise/rooms/', room = { name: 'Grande scène', kind: 'stage', capacity: '120', note: 'Rez-de-chaussée' };
  const names = async () => [...(await owner.get(page)).body_text.matchAll(/organise\/rooms\/([^/]+)\/">/g)].map(([, slug]) => slug);
  before(() => make('salles'));
  it('with everything wrong says so at each field', async () => {
    const answer = await owner.post(page, { name: '', kind: 'moon', capacity: '-3', note: 'x'.repeat(161) });
    assert.equal(answer.status, 422);
    for (const name of ['name', 'kind', 'capacity', 'note'])
      assert.match(answer.body_text, new RegExp(`id="${name}-e"`), name);
    assert.equal((await owner.post(page, { ...room, capacity: '100001' })).status, 422);
  });
  it('two clicks at once make one', async () => {
    const token = await owner.token(page);
    const answers = await Promise.all([1, 2].map(() => owner.post(page, room, { token })));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 422]);
    assert.deepEqual(await names(), ['grande-scene']);
  });
  it('have an order that is changed one by one', async () => {
    for (const name of ['Annexe', 'Jardin'])
      assert.equal((await owner.post(page, { name, kind: 'on-site', capacity: '', note: '' })).status, 303);
    const [, id] = (await owner.get(page)).body_text.match(/name="up" value="(\d+)" aria-label="Move Jardin up"/);
    assert.equal((await owner.post(page, { up: id })).status, 303);
    assert.deepEqual(await names(), ['grande-scene', 'jardin', 'annexe']);
    assert.equal((await owner.post(page, { up: id })).status, 303);
    assert.deepEqual(await names(), ['jardin', 'grande-scene', 'annexe']);
    assert.equal((await owner.post(page, { up: id })).status, 303);
    assert.deepEqual(await names(), ['jardin', 'grande-scene', 'annexe'], 'the first stays the first');
  });
  it('keep their address under a new name', async () => {
    assert.equal((await owner.post(`${page}annexe/`, { name: 'La Grange', kind: 'workshop', capacity: '12', note: '' })).status, 303);
    const edit = await owner.get(`${page}annexe/`);
    assert.match(edit.body_text, /<h1>La Grange/);
    assert.equal((await owner.post(`${page}annexe/`, { name: 'Jardin', kind: 'workshop', capacity: '', note: '' })).status, 422, 'taken');
  });
  it('stay while sessions stand in them', async () => {
    await importTalk('salles', 'La Grange');
    const refused = await owner.post(`${page}annexe/`, { act: 'remove' });
    assert.equal(refused.status, 409);
    assert.match(refused.body_text, /1 session stands in this room|session stands in this room/);
    assert.match(refused.body_text, /value="La Grange"/);
    assert.equal((await owner.post(`${page}jardin/`, { act: 'remove' })).status, 303);
    assert.equal((await owner.get(`${page}jardin/`)).status, 404);
  });
  it('of another event are not found here', async () => {
    await make('ailleurs');
    assert.equal((await owner.get('/ailleurs/organise/rooms/annexe/')).status, 404);
    const token = await owner.token('/ailleurs/organise/rooms/');
    assert.equal((await owner.post('/ailleurs/organise/rooms/annexe/', { act: 'remove' }, { token })).status, 404);
    const [, id] = (await owner.get(page)).body_text.match(/name="up" value="(\d+)"/);
    const before = await names();
    assert.equal(before.length, 2);
    await owner.post('/ailleurs/organise/rooms/', { up: id });
    assert.deepEqual(await names(), before, 'nothing moved');
  });
  it('come thirty on a page', async () => {
    for (let n = 0; n < 40; n++)
      assert.equal((await owner.post('/ailleurs/organise/rooms/', { name: `Salle ${n}`, kind: 'stage', capacity: '5', note: 'x' },
        { from: '/ailleurs/organise/rooms/' })).status, 303);
    for (const query of ['', '?page=2', '?page=99', '?page=-1', '?page=x'])
      fits(await owner.get(`/ailleurs/organise/rooms/${query}`), query);
    assert.match((await owner.get('/ailleurs/organise/rooms/?page=2')).body_text, /Salle 39/);
  });
});

describe('tracks and kinds', () => {
  const page = '/fils/organise/tracks/';
  before(() => make('fils'));
  it('are made, renamed, refused twice, and stay while sessions belong to them', async () => {
    assert.equal((await owner.post(page, { name: '', colour: 'blue' })).status, 422);
    assert.equal((await owner.post(page, { name: 'Un fil', colour: '#2F6F4E' })).status, 303);
    assert.equal((await owner.post(page, { name: 'Un fil', colour: '#2f6f4e' })).status, 422);
    assert.match((await owner.get(page)).body_text, /<path fill="#2f6f4e"/);
    assert.equal((await owner.post(`${page}un-fil/`, { name: 'Un fil', colour: '#112233' })).status, 303);
    await importTalk('fils', 'Salle');
    assert.equal((await owner.post(`${page}un-fil/`, { act: 'remove' })).status, 409);
    assert.equal((await owner.get('/salles/organise/tracks/rien/')).status, 404);
  });
  it('kinds: the usual ones, and words of its own', async () => {
    const kinds = '/fils/organise/kinds/';
    assert.match((await owner.get(kinds)).body_text, /name="plenary" value="1" checked/);
    assert.equal((await owner.post(kinds, { own: '' })).status, 422);
    assert.equal((await owner.post(kinds, { workshop: '1', own: `x${'y'.repeat(40)}` })).status, 422);
    assert.equal((await owner.post(kinds, { workshop: '1', own: Array.from({ length: 31 }, (_, n) => n).join('\n') })).status, 422);
    assert.equal((await owner.post(kinds, { workshop: '1', own: 'Balade\n\n  Scène ouverte \nBalade' })).status, 303);
    const saved = (await owner.get(kinds)).body_text;
    assert.match(saved, /Balade\nScène ouverte<\/textarea>/);
    assert.doesNotMatch(saved, /name="plenary" value="1" checked/);
  });
  it('kinds: a word of its own is read in each language of the pages', async () => {
    const kinds = '/fils/organise/kinds/', lang = (await owner.get(kinds)).body_text.includes('name="own-en"') ? 'fr' : 'en';
    const other = lang === 'fr' ? 'en' : 'fr', words = { workshop: '1', own: 'Balade\nScène ouverte\nFlânerie' };
    const many = await owner.post(kinds, { ...words, [`own-${other}`]: 'a\nb\nc\nd' });
    assert.equal(many.status, 422);
    assert.match(many.body_text, /There are more words here than above/);
    assert.equal((await owner.post(kinds, { ...words, [`own-${other}`]: 'x'.repeat(41) })).status, 422);
    assert.equal((await owner.post(kinds, { ...words, [`own-${other}`]: 'Walk <b>\n-\nStroll' })).status, 303);
    assert.match((await owner.get(kinds)).body_text, /Walk &lt;b&gt;\n-\nStroll<\/textarea>/);
    const file = path.join(server.folder, 'kinds.csv');
    await writeFile(file, 'Title;Day;Start;End;Room;Kind\nDehors;2031-01-28;9:00;10:00;Salle;Balade\nDedans;2031-01-28;9:00;10:00;Autre salle;Scène ouverte\n');
    const done = await run('import', file, '--event', 'fils', '--publish', '--data', server.folder);
    assert.equal(done.code, 0, done.stdout);
    for (const [code, seen, option] of [[other, 'Walk &lt;b&gt;', 'Walk &lt;b&gt;'], [lang, 'Balade', 'Balade']]) {
      const reader = server.client({ lang: code });
      const list = (await reader.get('/fils/schedule/?q=dehors')).body_text;
      assert.match(list, new RegExp(`${seen} · Salle`), code);
      assert.match(list, new RegExp(`<option value="Balade">${option}</option>`), code);
      const talk = list.match(/\/fils\/talk\/\w{6}\//)[0];
      assert.match((await reader.get(talk)).body_text, new RegExp(`${seen} · Salle`), code);
      assert.match((await reader.get('/fils/schedule/?q=dedans')).body_text, /Scène ouverte · Autre salle/, 'without a word it keeps its own');
    }
  });
});

describe('partners', () => {
  const page = '/soutiens/organise/partners/';
  before(() => make('soutiens'));
  it('stand on the poster by what they do, with logo and link', async () => {
    const wrong = await owner.post(page, multipart({ name: '', level: 'owns', url: 'javascript:alert(1)' }, { logo: ['<svg/>', 'x.svg'] }));
    assert.equal(wrong.status, 422);
    for (const name of ['name', 'level', 'url', 'logo'])
      assert.match(wrong.body_text, new RegExp(`id="${name}-e"`), name);
    const good = { name: 'Union exemple', level: 'funds', url: 'https://example.org/a?b=1&c=2' };
    assert.equal((await owner.post(page, multipart(good, { logo: [png(), 'logo.png'] }))).status, 303);
    assert.equal((await owner.post(page, multipart(good))).status, 422, 'twice the same');
    assert.equal((await owner.post(page, multipart({ name: 'Association exemple', level: 'organises', url: '' }))).status, 303);
    const poster = (await owner.get('/soutiens/')).body_text;
    assert.match(poster, /With the support of/);
    assert.ok(poster.indexOf('Association exemple') < poster.indexOf('Union exemple'), 'who organises comes first');
    assert.match(poster, /href="https:\/\/example\.org\/a\?b=1&amp;c=2"/);
    assert.match(poster, /<img[^>]*src="\/media\/picture\/[0-9a-f]{32}-320\.png"/);
    fits(await owner.get('/soutiens/'), 'poster');
  });
  it('are moved among those of their level', async () => {
    for (const name of ['Deux', 'Trois'])
      assert.equal((await owner.post(page, multipart({ name, level: 'funds', url: '' }))).status, 303);
    const order = async () => [...(await owner.get(page)).body_text.matchAll(/partners\/\d+\/">([^<]+)</g)].map(([, name]) => name);
    const [, id] = (await owner.get(page)).body_text.match(/name="up" value="(\d+)" aria-label="Move Trois up"/);
    assert.equal((await owner.post(page, multipart({ up: id }))).status, 303);
    assert.deepEqual(await order(), ['Association exemple', 'Union exemple', 'Trois', 'Deux']);
    assert.equal((await owner.post(page, multipart({ up: id }))).status, 303);
    assert.deepEqual(await order(), ['Association exemple', 'Trois', 'Union exemple', 'Deux']);
  });
  it('of another event are neither shown, changed nor removed', async () => {
    const [, id] = (await owner.get(page)).body_text.match(/partners\/(\d+)\/">Union/);
    const token = await owner.token('/salles/organise/partners/');
    assert.equal((await owner.get(`/salles/organise/partners/${id}/`)).status, 404);
    for (const form of [{ act: 'remove' }, { name: 'Autre', level: 'funds', url: '' }])
      assert.equal((await owner.post(`/salles/organise/partners/${id}/`, multipart(form), { token })).status, 404);
    assert.match((await owner.get(`${page}${id}/`)).body_text, /<h1>Union exemple/);
    for (const none of ['0', '-1', 'x', '99999999999999999999'])
      assert.equal((await owner.get(`${page}${none}/`)).status, 404, none);
  });
});

describe('publishing', () => {
  before(() => make('publier'));
  it('says what is missing and lets it be published all the same', async () => {
    for (const address of ['/publier/organise/publish/', '/publier/organise/']) {
      const { body_text } = await owner.get(address);
      for (const words of ['Make a first room', 'Look through the legal notice', 'Give an address for questions', 'Put a first session'])
        assert.match(body_text, new RegExp(words), `${address}: ${words}`);
    }
    assert.equal((await visitor.get('/publier/')).status, 404);
    assert.equal((await owner.post('/publier/organise/publish/', { publish: '1' })).status, 303);
    assert.equal((await visitor.get('/publier/')).status, 200);
    assert.equal((await owner.post('/publier/organise/publish/', { publish: '0' })).status, 303);
    assert.equal((await visitor.get('/publier/')).status, 404);
  });
  it('forgets a gap once it is filled', async () => {
    await owner.post('/publier/organise/rooms/', { name: 'Salle', kind: 'stage', capacity: '', note: '' });
    assert.doesNotMatch((await owner.get('/publier/organise/publish/')).body_text, /Make a first room/);
  });
});

describe('deleting an event', () => {
  it('asks for its address, and takes everything of it along, files too', async () => {
    await make('adieu');
    await owner.post('/adieu/organise/rooms/', { name: 'Salle', kind: 'stage', capacity: '', note: '' });
    await importTalk('adieu', 'Salle');
    await owner.post('/adieu/organise/look/', multipart({ theme: 'nec' }, { logo: [png({ colour: [1, 2, 3, 255] }), 'l.png'] }));
    const [, picture] = (await owner.get('/adieu/organise/look/')).body_text.match(/src="(\/media\/picture\/[^"]+)"/);
    const recording = path.join(server.folder, 'media', 'adieu-1');
    await mkdir(recording, { recursive: true });
    await writeFile(path.join(recording, 'segment.m4s'), 'x');
    const db = new DatabaseSync(path.join(server.folder, 'treteau.db'), { timeout: 10000 });
    const [{ id, room, talk }] = db.prepare('SELECT event.id, room.id AS room, talk.id AS talk FROM event JOIN room ON room.event_id = event.id '
      + "JOIN talk ON talk.event_id = event.id WHERE event.slug = 'adieu'").all();
    db.exec(`INSERT INTO recording(event_id, talk_id, folder, state, started_us) VALUES(${id}, ${talk}, 'adieu-1', 'ready', 1)`);
    db.exec(`INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us) VALUES(${room}, 1, x'00', 'Awa', 'guest', 1)`);

    const token = await owner.token('/adieu/organise/delete/');
    for (const slug of ['', 'publier', 'ADIEU', 'adieu2'])
      assert.equal((await owner.post('/adieu/organise/delete/', { slug }, { token })).status, 422, slug);
    assert.equal((await owner.get('/adieu/')).status, 200);
    const answer = await owner.post('/adieu/organise/delete/', { slug: 'adieu' }, { token });
    assert.equal(answer.status, 303, answer.body_text);
    assert.equal((await owner.get('/adieu/')).status, 404);
    assert.equal((await owner.get(picture)).status, 404);
    assert.equal(existsSync(recording), false, 'the recording is gone');
    assert.deepEqual((await readdir(path.join(server.folder, 'tmp'))).filter((name) => name.startsWith('gone-')), []);
    for (const { name } of db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%event_id%'").all())
      if (db.prepare(`SELECT count(*) AS n FROM pragma_table_info('${name}') WHERE name = 'event_id'`).get().n)
        assert.equal(db.prepare(`SELECT count(*) AS n FROM "${name}" WHERE event_id = ${id}`).get().n, 0, name);
    assert.equal(db.prepare('SELECT count(*) AS n FROM live_person').get().n, 0, 'a new room has no old guests');
    await owner.post('/publier/organise/rooms/', { name: 'Après', kind: 'stage', capacity: '', note: '' });
    assert.ok(db.prepare("SELECT id FROM room WHERE name = 'Après'").get().id > room, 'its number is not given again');
    db.close();
    assert.equal((await owner.post('/adieu/organise/delete/', { slug: 'adieu' }, { token })).status, 404);
  });
  it('waits while a room of it is live', async () => {
    await make('direct');
    await owner.post('/direct/organise/rooms/', { name: 'Salle', kind: 'stage', capacity: '', note: '' });
    const db = new DatabaseSync(path.join(server.folder, 'treteau.db'), { timeout: 10000 });
    db.exec("INSERT INTO live_session(room_id, talk_id, started_us) SELECT room.id, 0, unixepoch() * 1000000 FROM room JOIN event ON event.id = event_id WHERE event.slug = 'direct'");
    db.close();
    assert.match((await owner.post('/direct/organise/delete/', { slug: 'direct' })).body_text, /is live/);
    assert.equal((await owner.post('/direct/organise/rooms/salle/', { act: 'remove' })).status, 409);
    assert.equal((await owner.get('/direct/')).status, 200);
  });
});

describe('case 8: stored script in the fields of an event', () => {
  const hostile = '"><script>alert(8)</script><img src=x onerror=alert(8)>';
  it('none runs, on any page that shows them', async () => {
    await make('hostile', { title: hostile.slice(0, 120), organiser: hostile });
    await owner.post('/hostile/organise/event/', { title: hostile, subtitle: hostile, ...day, place: hostile, lang: 'fr', langs: '',
      organiser: hostile, contact: '', url: '', licence: hostile });
    await owner.post('/hostile/organise/texts/', { lead: hostile, description: `${hostile}\n\n<svg onload=alert(8)>\n\n[a](javascript:alert(8)) ![b](javascript:alert(8))` });
    await owner.post('/hostile/organise/rooms/', { name: hostile, kind: 'stage', capacity: '1', note: hostile });
    await owner.post('/hostile/organise/tracks/', { name: hostile, colour: '#112233' });
    await owner.post('/hostile/organise/kinds/', { plenary: '1', own: '"><script>alert(8)</script>' });
    await owner.post('/hostile/organise/partners/', multipart({ name: hostile, level: 'funds', url: 'https://example.org/"><script>alert(8)</script>' },
      { logo: [png(), `${hostile}.svg`] }));
    for (const bad of ['javascript:alert(8)', 'data:text/html,<script>', ' javascript:alert(8)', 'JaVaScRiPt:alert(8)', '//evil.example', 'vbscript:x'])
      assert.equal((await owner.post('/hostile/organise/partners/', multipart({ name: bad, level: 'funds', url: bad }))).status, 422, bad);
    await owner.post('/hostile/organise/publish/', { publish: '1' });
    for (const address of ['/', '/hostile/', '/hostile/schedule/', '/hostile/organise/', ...['event', 'texts', 'look', 'rooms', 'tracks', 'kinds',
      'partners', 'publish', 'delete', 'rooms/script-alert-8-script-img-src-x-onerror'].map((name) => `/hostile/organise/${name}/`)]) {
      const page = await owner.get(address);
      assert.ok([200, 404].includes(page.status), `${address}: ${page.status}`);
      const markup = page.body_text.replaceAll(/<script type="application\/ld\+json">[^<]*<\/script>/g, ''); // data, with every < escaped
      assert.doesNotMatch(markup, /<script>|<script [^>]*>[^<]|<img[^>]*onerror|<svg[^>]*onload|(href|src)="(javascript|data:text)/i, address);
      assert.match(page.headers.get('content-security-policy'), /script-src 'self';/);
      assert.doesNotMatch(page.headers.get('content-security-policy'), /unsafe/);
    }
  });
});
