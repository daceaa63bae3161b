// One page in a room, without a browser: sends the room's messages over a WebSocket and waits for them.
import { WebSocket } from 'ws';

export class Page {
  /** Opens the socket of `place` ({slug, room, part?}, or {path}); nobody has come in yet. */
  static async open(server, place, { client, origin = server.origin, deadline_ms = 8000, path = 'socket' } = {}) {
    const url = server.origin.replace('http', 'ws') + (place.path ?? `/${place.slug}/live/${place.room}/${path}${place.part ? `?part=${place.part}` : ''}`);
    const cookie = [...client?.cookies ?? []].map(([name, value]) => `${name}=${value}`).join('; ');
    const page = new Page();
    page.deadline_ms = deadline_ms;
    page.socket = new WebSocket(url, { headers: { cookie, origin } });
    page.seen = [];
    page.waiting = [];
    page.closed = new Promise((resolve) => page.socket.on('close', (code) => {
      page.code = code;
      for (const { fail } of page.waiting.splice(0)) fail(new Error(`the socket was closed with ${code}`));
      resolve(code);
    }));
    page.socket.on('message', (bytes) => {
      page.seen.push(JSON.parse(bytes));
      page.look();
    });
    await new Promise((resolve, reject) => page.socket.on('open', resolve).on('error', reject));
    return page;
  }

  static async join(server, place, name, { key = null, ...options } = {}) {
    const page = await Page.open(server, place, options);
    page.send({ t: 'join', name, key, h264: true });
    page.welcome = await page.next('welcome');
    return page;
  }

  look() {
    this.waiting = this.waiting.filter(({ match, resolve }) => {
      const at = this.seen.findIndex(match);
      if (at >= 0) resolve(this.seen.splice(at, 1)[0]);
      return at < 0;
    });
  }

  /** The next message of a type, or of one of several, that matches; those before it stay. */
  next(type, match = () => true) {
    return new Promise((resolve, reject) => {
      const came = () => JSON.stringify(this.seen).slice(0, 500);
      const late = setTimeout(() => reject(new Error(`no ${type}; came: ${came()}`)), this.deadline_ms);
      const settle = (how) => (value) => { clearTimeout(late); how(value); };
      this.waiting.push({
        match: (message) => [type].flat().includes(message.t) && match(message), resolve: settle(resolve), fail: settle(reject),
      });
      this.look();
      if (this.code !== undefined) this.waiting.splice(0).forEach(({ fail }) => fail(new Error(`closed with ${this.code}`)));
    });
  }

  send(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async ask(message, type, match) {
    this.send(message);
    return this.next(type, match);
  }

  close() {
    this.socket.close(1000);
    return this.closed;
  }
}
