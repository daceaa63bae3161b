// Starts the real program on a free port with a data folder of its own, and speaks HTTP to it as a browser does:
// cookies, same-origin headers, the form's hidden token.
import { spawn, execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const build = process.env.TRETEAU_BUILD ?? path.join(root, 'build/release');
export const program = path.join(build, 'src/treteau');
// Real programmes to read, where they are: beside the checkout, as CI has them.
export const data = path.join(process.env.TRETEAU_SHARED ?? path.resolve(root, '../shared'), 'data');
export const haveData = existsSync(data);

/** Runs a command of the program to its end. @returns {Promise<{code: number, stdout: string, stderr: string}>} */
export async function run(...args) {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { maxBuffer: 1 << 26 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return { code: error.code ?? 1, stdout: error.stdout ?? '', stderr: error.stderr ?? String(error) };
  }
}

/**
 * Starts `treteau demo|serve`. An empty event store unless `seed` is true.
 * @param {{command?: string, args?: string[], folder?: string, env?: object, seed?: boolean, through?: string[]}} [options]
 *   through: a program that becomes it, with its words
 */
export async function start({ command = 'demo', args = [], folder, env = {}, seed = false, through = [] } = {}) {
  const own = !folder;
  folder ??= await mkdtemp(path.join(tmpdir(), 'treteau-test-'));
  const seeding = command === 'demo' && !seed ? ['--empty'] : [];
  const [first, ...words] = [...through, program];
  const child = spawn(first, [...words, command, '--data', folder, '--port', '0', '--media-port', '0', ...seeding, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let stderr = '', stdout = '';
  child.stderr.on('data', (bytes) => { stderr += bytes; });
  const exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  const origin = await new Promise((resolve, reject) => {
    child.stdout.on('data', (bytes) => {
      stdout += bytes;
      const ready = stdout.match(/^ready: (\S+?)\/?$/m);
      if (ready) resolve(ready[1]);
    });
    child.on('close', (code) => reject(new Error(`the program ended with ${code}:\n${stderr}`))); // all it said has come
  });
  return {
    origin, folder, child, exited,
    get stderr() { return stderr; },
    get stdout() { return stdout; },
    client: (options) => new Client(origin, options),
    /** Ends it as Ctrl-C does. @returns {Promise<{code: number|null, signal: string|null}>} */
    async stop({ keep = !own } = {}) {
      child.kill('SIGTERM');
      const end = await exited;
      if (!keep) await rm(folder, { recursive: true, force: true });
      return { ...end, stderr };
    },
    /** As a power cut does: nothing is said to the program. */
    async kill() {
      child.kill('SIGKILL');
      return exited;
    },
  };
}

/** A browser without script: keeps cookies, follows no redirect by itself. */
export class Client {
  constructor(origin, { lang = 'en' } = {}) {
    this.origin = origin;
    this.lang = lang;
    this.cookies = new Map();
  }

  async request(method, address, { headers = {}, body } = {}) {
    const response = await fetch(new URL(address, this.origin), {
      method, body, redirect: 'manual',
      headers: {
        'accept-language': this.lang,
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...headers,
      },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      if (/max-age=0/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** @returns {Promise<Response & {body_text: string}>} */
  async get(address, options) {
    const response = await this.request('GET', address, options);
    return Object.assign(response, { body_text: await response.text() });
  }

  head(address, options) {
    return this.request('HEAD', address, options);
  }

  /** The hidden token of the first form on a page. */
  async token(address) {
    const page = await this.get(address);
    const found = page.body_text.match(/name="csrf" value="([0-9a-f]+)"/);
    if (!found) throw new Error(`no form on ${address}: ${page.status}`);
    return found[1];
  }

  /** Sends a form as the page `from` (default: the address itself) would. */
  async post(address, fields, { from = address, headers = {}, token } = {}) {
    const csrf = token ?? await this.token(from);
    const form = fields instanceof FormData ? fields : new URLSearchParams(fields);
    form.append('csrf', csrf);
    const response = await this.request('POST', address, {
      body: form, headers: { origin: this.origin, 'sec-fetch-site': 'same-origin', ...headers },
    });
    return Object.assign(response, { body_text: await response.text() });
  }

  /** Follows a one-time link as a person does: opens the page, presses its button. */
  async useLink(link) {
    const url = new URL(link, this.origin);
    return this.post(url.pathname + url.search, {});
  }
}

/** A client signed in as the server's owner, by `treteau link`. */
export async function ownerClient(server, email = 'owner@example.org') {
  const { code, stdout, stderr } = await run('link', email, '--data', server.folder, '--origin', server.origin);
  if (code !== 0) throw new Error(stderr);
  const client = server.client();
  const answer = await client.useLink(stdout.trim());
  if (answer.status !== 303) throw new Error(`the link was refused: ${answer.status} ${answer.body_text}`);
  return client;
}
