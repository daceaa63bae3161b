// Case 17: what claims to be a picture, pictures with something behind them, bombs, and addresses that lead elsewhere.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chunk, jpeg, png, size_of } from './pictures.mjs';
import { build, ownerClient, start } from './support.mjs';

let server, owner;
before(async () => {
  server = await start();
  owner = await ownerClient(server);
  const made = await owner.post('/admin/events/new/', { title: 'Images', slug: 'images', first_day: '2032-01-01',
    last_day: '2032-01-01', zone: 'Europe/Paris', lang: 'fr' });
  assert.equal(made.status, 303, made.body_text);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|the child fell/);
});

const look = '/images/organise/look/';
async function send(bytes, name = 'logo.png', type = 'image/png') {
  const form = new FormData();
  form.set('theme', 'nec');
  form.set('logo', new Blob([bytes], { type }), name);
  return owner.post(look, form);
}

/** The bytes of the logo as it is served: big, and small. */
async function logo() {
  const [, small] = (await owner.get(look)).body_text.match(/src="(\/media\/picture\/[^"]+)"/) ?? [];
  assert.ok(small, 'no logo');
  const answers = [];
  for (const address of [small.replace('-320', ''), small]) {
    const answer = await owner.request('GET', address);
    assert.equal(answer.status, 200);
    answers.push({ answer, bytes: Buffer.from(await answer.arrayBuffer()), address });
  }
  return { big: answers[0], small: answers[1] };
}

const files = async () => (await readdir(path.join(server.folder, 'pictures')).catch(() => [])).sort();

describe('case 17: uploads of pictures', () => {
  const html = '<html><script>alert(document.domain)</script></html>';
  const gif = Buffer.concat([Buffer.from('GIF89a/*', 'latin1'), Buffer.from('*/=1;alert(1)//')]);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>';
  const refused = {
    'an empty file': ['', /empty/],
    'a page called .jpg': [html, /no picture that can be read/],
    'GIF and script in one': [gif, /GIF pictures are not taken/],
    'a drawing with a program': [svg, /SVG drawings are not taken/],
    'the same behind an XML head, called .png': [`<?xml version="1.0"?>\n<!-- x -->${svg}`, /SVG drawings are not taken/],
    'a ZIP': [Buffer.from('PK\x03\x04' + 'x'.repeat(100), 'latin1'), /no picture that can be read/],
    'a HEIC': [Buffer.from('\0\0\0\x18ftypheic\0\0\0\0', 'latin1'), /HEIC/],
    'a PNG cut off': [png().subarray(0, 90), /cut off/],
    'a JPEG cut off': [jpeg({ width: 600, height: 400 }).subarray(0, 1500), /cut off/],
    'a PNG with a wrong sum': [Buffer.from(png()).fill(1, 50, 54), /damaged/],
    'a header of 50,000 × 50,000': [png({ claims: [50000, 50000] }), /too many pixels/],
    'a header of 19,999 × 19,999': [png({ claims: [19999, 19999] }), /too many pixels/],
    'a header of 2³¹ × 1': [png({ claims: [0x7fffffff, 1] }), /too many pixels/],
    'a header of 0 × 0': [png({ claims: [0, 0] }), /damaged/],
    'a text chunk that unpacks to 100 MB': [png({ more: [chunk('zTXt', Buffer.alloc(9 << 20))] }), null],
  };
  for (const [what, [bytes, sentence]] of Object.entries(refused))
    it(`${what} is refused with a sentence, or cleaned`, async () => {
      const before = await files();
      const answer = await send(bytes, 'photo.jpg', 'image/jpeg');
      if (!sentence) {
        assert.ok([303, 422].includes(answer.status));
        return;
      }
      assert.equal(answer.status, 422, what);
      assert.match(answer.body_text, sentence);
      assert.match(answer.body_text, /id="logo-e"/);
      assert.deepEqual(await files(), before, 'nothing of it is kept');
    });

  it('50 MB is refused before it is read', async () => {
    const answer = await send(Buffer.alloc(50 << 20, 0xff)).catch((error) => error);
    assert.ok(answer instanceof Error || answer.status === 413, String(answer.status));
  });
  it('17,000,000 bytes are refused by the form itself', async () => {
    const answer = await send(Buffer.alloc(17_000_000, 0xff));
    assert.equal(answer.status, 422);
    assert.match(answer.body_text, /larger than 16 MB/);
  });

  it('keeps nothing of what hides in or behind a picture, whatever its name', async () => {
    const text = chunk('tEXt', Buffer.from(`Comment\0${html}`));
    const zip = Buffer.from('PK\x03\x04' + html, 'latin1');
    const answer = await send(Buffer.concat([png({ more: [text] }), zip]), '../../<script>alert(1)</script>.php.svg', 'text/html');
    assert.equal(answer.status, 303, answer.body_text);
    for (const { answer: served, bytes } of Object.values(await logo())) {
      assert.equal(served.headers.get('content-type'), 'image/png');
      assert.equal(served.headers.get('x-content-type-options'), 'nosniff');
      assert.match(served.headers.get('cache-control'), /immutable/);
      assert.doesNotMatch(bytes.toString('latin1'), /script|PK\x03|tEXt|Comment/);
      assert.deepEqual(size_of(bytes), [60, 40]);
    }
    assert.doesNotMatch((await owner.get(look)).body_text, /alert\(1\)/);
  });

  it('turns a photograph upright, makes it small, and forgets where it was taken', async () => {
    const answer = await send(jpeg({ width: 2400, height: 1200, orientation: 6 }), 'IMG_1234.JPG', 'image/jpeg');
    assert.equal(answer.status, 303, answer.body_text);
    const { big, small } = await logo();
    assert.equal(big.answer.headers.get('content-type'), 'image/jpeg');
    assert.deepEqual(size_of(big.bytes), [600, 1200]);
    assert.deepEqual(size_of(small.bytes), [160, 320]);
    assert.doesNotMatch(big.bytes.toString('latin1'), /Exif|N 45\.5/);
  });

  it('removes the files of a picture when nothing shows it any more, and keeps what another still shows', async () => {
    const partner = new FormData();
    const shared = png({ colour: [200, 30, 30, 255] });
    partner.set('name', 'Une commune');
    partner.set('level', 'hosts');
    partner.set('logo', new Blob([shared]), 'a.png');
    assert.equal((await owner.post('/images/organise/partners/', partner)).status, 303);
    assert.equal((await send(shared)).status, 303);
    assert.equal((await files()).length, 2, 'the same picture twice is kept once');
    const form = new FormData();
    form.set('theme', 'nec');
    form.set('no_logo', '1');
    assert.equal((await owner.post(look, form)).status, 303);
    assert.equal((await files()).length, 2, 'the partner still has it');
    const [, address] = (await owner.get('/images/organise/partners/')).body_text.match(/href="(\/images\/organise\/partners\/\d+\/)"/);
    const gone = new FormData();
    gone.set('act', 'remove');
    assert.equal((await owner.post(address, gone)).status, 303);
    assert.deepEqual(await files(), []);
  });

  it('serves no other file', async () => {
    for (const name of ['..%2ftreteau.db', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'x.jpg', '..', '0123456789abcdef0123456789abcdef.svg',
      '0123456789abcdef0123456789abcdef.jpg', '0123456789abcdef0123456789abcdef.jpg%00.html', 'a'.repeat(5000) + '.jpg'])
      assert.ok([400, 404, 414].includes((await owner.get(`/media/picture/${name}`)).status), name);
  });

  it('answers one byte range and no abuse of it', async () => {
    assert.equal((await send(png())).status, 303);
    const { big } = await logo();
    const part = await owner.request('GET', big.address, { headers: { range: 'bytes=1-3' } });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), 'PNG');
    for (const range of ['bytes=0-0,1-1,2-2,3-3', 'bytes=99999999-', 'bytes=5-2', 'bytes=' + '0-,'.repeat(500)]) {
      const answer = await owner.request('GET', big.address, { headers: { range } });
      assert.ok([200, 416, 400, 431].includes(answer.status), `${range.slice(0, 30)}: ${answer.status}`);
    }
  });

  it('a child that waits for its picture has nothing left but to read it', async (t) => {
    const child = spawn(path.join(build, 'src/picture/encoder/treteau-picture'), [], { stdio: ['pipe', 'pipe', 'inherit', 'pipe', 'pipe'] });
    const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
    const status = () => readFile(`/proc/${child.pid}/status`, 'latin1');
    let text = await status(), tries = 0;
    // confined before it reads: then it sleeps in read()
    while (!/^State:\s+S/m.test(text) || !/^NoNewPrivs:\s+1/m.test(text)) {
      assert.ok(++tries < 100_000, text);
      text = await status();
    }
    const limits = await readFile(`/proc/${child.pid}/limits`, 'latin1');
    assert.match(limits, /Max cpu time\s+10 /);
    assert.match(limits, /Max core file size\s+0 /);
    assert.match(limits, /Max file size\s+8388608 /);
    assert.deepEqual((await readdir(`/proc/${child.pid}/fd`)).sort(), ['0', '1', '2', '3', '4']);
    if (/Max address space\s+unlimited/.test(limits))
      t.diagnostic('a build with sanitizers: without the limits that those do not bear');
    else
      assert.match(text, /^Seccomp:\s+2/m);
    child.stdin.end('no picture');
    let said = '';
    for await (const bytes of child.stdout) said += bytes;
    assert.equal(said, 'no kind\n');
    assert.deepEqual(await ended, { code: 0, signal: null });
  });
});
