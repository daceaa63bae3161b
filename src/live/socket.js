// The room's WebSocket: comes back by itself, and notices a line that died without a word.

const PING_MS = 5000, SILENCE_MS = 10000;
const LIVES_MS = 3000, CROWDED_MS = 20000; // where media come, the line lives: what is lost on a crowded one is sent again, and later each time
const DOUBT_MS = 800;  // for an answer, when something says that the line may be dead
const FIRST_MS = 400, PATIENCE_MS = 60000, SHORT_MAX_MS = 3000, LONG_MAX_MS = 10000;

/**
 * How long to wait before the next try: doubling with jitter of ±50 %, at most 3 s in the first minute, then 10 s.
 * @param {number} tries failed so far @param {number} since_ms how long the line has been down @param {number} random 0…1
 */
export function waitBeforeTry(tries, since_ms, random) {
  const most_ms = since_ms < PATIENCE_MS ? SHORT_MAX_MS : LONG_MAX_MS;
  return Math.min(most_ms, FIRST_MS * 2 ** Math.min(tries, 10) * (0.5 + random));
}

export class RoomSocket {
  /** @type {WebSocket | null} */ #socket = null;
  #tries = 0;
  #down_since = 0;
  #heard_at = 0;
  #retry = 0;
  #doubt = 0;
  #wanted = false;
  #known = false; // by the server, on this line

  /**
   * @param {string} url
   * @param {{opened: () => void, message: (m: any) => void, lost: () => void, moved: () => void, lives: (since_ms: number) => boolean}} on moved: this
   * machine's network is another one; lives: something came by it since then, if not here
   */
  constructor(url, on) {
    this.url = url;
    this.on = on;
    setInterval(() => this.#beat(), PING_MS);
    addEventListener("online", () => this.#moved());
    const network = /** @type {any} */ (navigator).connection;
    let type = network?.type; // it also says so when only its guess of the rate is another
    network?.addEventListener?.("change", () => {
      const other = network.type !== type;
      type = network.type;
      return other ? this.#moved() : this.#hurry();
    });
    addEventListener("pageshow", () => this.#hurry());
    document.addEventListener("visibilitychange", () => this.#hurry());
  }

  start() {
    this.#wanted = true;
    this.#down_since = performance.now();
    this.#open();
  }

  /** For good, until start(). Code 1000 tells the room that the person left. */
  stop() {
    this.#wanted = false;
    clearTimeout(this.#retry);
    this.#socket?.close(1000);
  }

  /** To another room, out of this one for good. @param {string} url */
  move(url) {
    const old = this.#socket;
    this.#socket = null;
    if (old) {
      old.onopen = old.onmessage = old.onclose = null;
      old.close(1000);
    }
    clearTimeout(this.#retry);
    this.url = url;
    this.#tries = 0;
    this.start();
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /**
   * False when the line is down or the server does not know yet who this is: whatever must not be lost is sent again after
   * welcome. @param {object} message
   */
  send(message) {
    return this.#known && this.#say(message);
  }

  /** What is said first: who this is. @param {object} message */
  join(message) {
    this.#say(message);
  }

  /** @param {object} message */
  #say(message) {
    if (!this.open)
      return false;
    this.#socket?.send(JSON.stringify(message));
    return true;
  }

  #moved() {
    this.#hurry();
    if (this.#wanted)
      this.on.moved();
  }

  #open() {
    clearTimeout(this.#retry);
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    this.#known = false;
    this.#heard_at = performance.now();
    socket.onopen = () => {
      this.#heard_at = performance.now();
      this.on.opened();
    };
    socket.onmessage = (event) => {
      this.#heard_at = performance.now();
      const message = JSON.parse(event.data);
      if (message.t === "welcome")
        this.#tries = 0;
      this.#known ||= ["welcome", "waiting"].includes(message.t);
      this.on.message(message);
    };
    socket.onclose = () => this.#closed(socket);
  }

  /** @param {WebSocket} socket */
  #closed(socket) {
    if (socket !== this.#socket)
      return;
    this.#socket = null;
    if (!this.#wanted)
      return;
    if (this.#tries === 0)
      this.#down_since = performance.now();
    const wait_ms = waitBeforeTry(this.#tries++, performance.now() - this.#down_since, Math.random());
    this.#retry = setTimeout(() => this.#open(), wait_ms);
    this.on.lost();
  }

  #beat() {
    if (this.#socket && performance.now() - this.#heard_at > (this.on.lives(performance.now() - LIVES_MS) ? CROWDED_MS : SILENCE_MS))
      this.#give_up(this.#socket);
    else
      this.#say({ t: "ping" });
  }

  /**
   * Something says that the line may be dead, such as another network: it answers soon, or is opened soon, or another one is
   * opened at once. A line that died without a word is one of a network that is gone: so are the ways of the media.
   * @param {boolean} [media] they said so; where something comes by them after all the line is crowded, and another one too much
   */
  check(media = false) {
    const socket = this.#socket, asked_at = performance.now();
    if (!socket || this.#doubt)
      return;
    this.#say({ t: "ping" });
    this.#doubt = setTimeout(() => {
      this.#doubt = 0;
      if (socket !== this.#socket || this.#heard_at >= asked_at || (media && this.on.lives(asked_at)))
        return;
      this.#give_up(socket);
      this.#open();
      this.on.moved();
    }, DOUBT_MS * 2 ** Math.min(this.#tries, 3)); // a network that answers slowly has its time
  }

  /** @param {WebSocket} socket */
  #give_up(socket) {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.#closed(socket);
  }

  /** The browser says that something changed for the better: no need to wait. */
  #hurry() {
    if (!this.#wanted || document.hidden)
      return;
    if (!this.#socket)
      this.#open();
    else
      this.check();
  }
}
