// A room server for tests of the client alone: the messages of src/live/README.md, everything in memory; media by the
// SFU in a process of its own where it is asked for.
// What the real server may never do (be slow, forget, close at will) it does on demand.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { build } from "../http/support.mjs";

const ROOT = new URL("../../", import.meta.url);
const MODULES = { preact: "/web/node_modules/preact/dist/preact.mjs", htm: "/web/node_modules/htm/dist/htm.mjs" };
const TYPES = { js: "text/javascript", mjs: "text/javascript", css: "text/css" };
// As the server's own: see add_policy() in src/web/response.c.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
  + "connect-src 'self' ws://127.0.0.1:*; worker-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** room.html with its expressions filled in: enough for a page that looks like the server's. */
async function page(words, scripts) {
  const view = await readFile(new URL("src/live/room.html", ROOT), "utf8");
  const values = { socket_url: "/demo/live/stage/socket", leave_url: "/demo/", title: "Le métier de médiateur numérique", zone: "Europe/Paris", words: JSON.stringify(words) };
  const escaped = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const body = view.replace(/\{\{--[\s\S]*?--\}\}|\{\{view .*?\}\}|\{\{if .*?\{\{end\}\}/g, "").replace(/\{\{= v->(\w+)\}\}/g, (_, name) => escaped(values[name]))
    .replace(/\{\{_ "(.*?)"\}\}/g, (_, text) => escaped(words[text] ?? text));
  return `<!DOCTYPE html><html lang="fr" class="theme-nec dark"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>En salle</title><link rel="stylesheet" href="/base.css"><link rel="stylesheet" href="/src/live/room.css">${scripts.map((name) => `<link rel="stylesheet" href="/src/${name}.css">`).join("")}${[...scripts, "live/room"].map((name) => `<script type="module" src="/src/${name}.js"></script>`).join("")}</head>
<body><a class="skip" href="#content">Aller au contenu</a><main id="content" tabindex="-1">${body}</main></body></html>`;
}

export class FakeRoom {
  sockets = new Map(); // socket → person id
  late_us = 0; // since when a welcome is under way
  keys = new Map(); // key → person id
  watched = new Map(); // person id → what its connection to watch is called
  sizes = new Map(); // person id → how large its page shows each line, as told last
  people = new Map();
  chat = [];
  nonces = new Map();
  hands = [];
  received = [];
  place = { title: "Grande salle", slug: "stage", kind: "stage", part: 0 };
  state = { seats: 4, recording: false, record_text: null, onair: null, pinned: null, vp8: false, ended: null };
  /** Set to leave messages of these types without effect, as if lost before their commit. */
  deaf = new Set();
  /** Paths of scripts that are not there, as those of an earlier version are not after an upgrade. */
  absent = new Set();
  /** The role and the name that a cookie would have said, by `?as=` of the page. */
  roles = { host: "Animatrice exemple", speaker: "Personne exemple 1", attendee: "Personne exemple 9", guest: "" };
  next = 1;
  next_pc = 1;

  /** @param {{words?: object, css?: string, media?: boolean, scripts?: string[]}} options css: where base.css is read from; scripts: of features, with their styles, such as "seal/seal" */
  static async start({ words = {}, css = "src/web/base.css", host = "127.0.0.1", port = 0, media = false, media_args = [], ice = [], scripts = [] } = {}) {
    const room = Object.assign(new this(), { media_args, ice });
    if (media)
      room.#start_media();
    room.server = createServer(async (request, response) => {
      const path = new URL(request.url, "http://x").pathname;
      try {
        if (path === "/")
          return response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": CSP }).end(await page(words, scripts));
        if (room.absent.has(path))
          return response.writeHead(404).end();
        const file = path === "/base.css" ? css : "." + path;
        let text = await readFile(file.startsWith("/") ? file : new URL(file, ROOT), "utf8");
        if (path.startsWith("/src/live/"))
          text = text.replace(/from "(\w+)"/g, (_, name) => `from "${MODULES[name]}"`);
        response.writeHead(200, { "content-type": TYPES[path.split(".").pop()] ?? "text/plain" }).end(text);
      } catch {
        response.writeHead(404).end();
      }
    });
    room.wss = new WebSocketServer({ server: room.server });
    room.wss.on("connection", (socket, request) => room.#connected(socket, request));
    await new Promise((resolve) => room.server.listen(port, host, resolve));
    room.host = host;
    room.port = room.server.address().port;
    room.url = `http://${host}:${room.port}/`;
    return room;
  }

  /** The SFU alone: what it says goes to whom it concerns. */
  #start_media() {
    const child = spawn(path.join(build, "tests/bench/sfu-host"), this.media_args, { stdio: ["pipe", "pipe", "inherit"] });
    this.media = child;
    this.speaking = new Set();
    createInterface(child.stdout).on("line", (line) => {
      const message = JSON.parse(line);
      if (message.t === "published") {
        const person = [...this.people.values()].find((one) => one.stage === message.seat);
        this.socketOf(person?.id)?.send(JSON.stringify({ t: "published", pc: person.publish, sdp: message.sdp }));
      } else if (message.t === "subscribe") {
        const pc = message.restart ? this.watched.get(message.who) : "s" + this.next_pc++;
        this.watched.set(message.who, pc);
        this.media_port = Number(/^a=candidate:\S+ 1 udp \d+ \S+ (\d+)/im.exec(message.sdp)[1]);
        this.socketOf(message.who)?.send(JSON.stringify({ t: "subscribe", pc, sdp: message.sdp, ice: this.ice }));
      } else if (message.t === "layers") {
        const person = [...this.people.values()].find((one) => one.stage === message.seat);
        this.socketOf(person?.id)?.send(JSON.stringify({ ...message, pc: person.publish }));
      } else if (message.t === "vp8") {
        this.state.vp8 = message.on;
        this.tell({ t: "vp8", on: message.on });
      } else if (message.t === "speaking") {
        const person = [...this.people.values()].find((one) => one.stage === message.seat);
        this.speaking[message.on ? "add" : "delete"](person?.id);
        this.tell({ t: "speaking", list: [...this.speaking] });
      } else if (message.t === "refused") {
        console.error("sfu-host:", message.text);
      }
    });
  }

  #media(message) {
    this.media?.stdin.write(JSON.stringify(message) + "\n");
  }

  /** The SFU dies and another takes its place. */
  async restart_media() {
    const ended = new Promise((resolve) => this.media.on("exit", resolve));
    this.media.stdin.end();
    await ended;
    this.watched.clear();
    for (const person of this.people.values())
      delete person.publish;
    this.#start_media();
  }

  on_publish(socket, { pc, sdp, tracks, restart = false }) {
    const person = this.people.get(this.sockets.get(socket));
    if (restart && person.publish !== pc)
      return socket.send(JSON.stringify({ t: "refused", of: "restart", id: pc, text: "" }));
    person.publish = pc;
    this.#media({ t: "publish", seat: person.stage, sdp, tracks, restart });
  }

  on_restart(socket, { pc }) {
    const who = this.sockets.get(socket);
    if (this.watched.get(who) === pc)
      this.#media({ t: "restart", who });
    else
      socket.send(JSON.stringify({ t: "refused", of: "restart", id: pc, text: "" }));
  }

  on_resubscribe(socket) {
    const who = this.sockets.get(socket);
    this.#media({ t: "subscribe", who, seats: this.state.seats, own: this.people.get(who).stage ?? -1 });
  }

  on_subscribed(socket, { sdp }) {
    const who = this.sockets.get(socket), sizes = this.sizes.get(who);
    this.#media({ t: "subscribed", who, sdp });
    if (sizes)
      this.#media({ t: "view", who, sizes });
  }

  on_view(socket, { sizes, awaits = 0 }) {
    const who = this.sockets.get(socket);
    this.sizes.set(who, sizes);
    this.#media({ t: "view", who, sizes, awaits });
  }

  async stop() {
    this.media?.stdin.end();
    for (const socket of this.wss.clients)
      socket.terminate();
    this.server.closeAllConnections?.();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The line is cut; the server listens on. */
  cut() {
    for (const socket of this.wss.clients)
      socket.terminate();
  }

  /** As after a restart: connections are gone, what was committed is there. */
  async restart() {
    this.cut();
    this.server.closeAllConnections?.();
    await new Promise((resolve) => this.server.close(resolve));
    await new Promise((resolve) => this.server.listen(this.port, this.host, resolve));
  }

  add(person) {
    const whole = { id: this.next++, name: "", role: "attendee", stage: null, mic: false, camera: false, screen: false, away: false, consent: null, ...person };
    this.people.set(whole.id, whole);
    this.tell({ t: "people", set: [whole], gone: [] });
    return whole;
  }

  set(id, change) {
    Object.assign(this.people.get(id), change);
    if ("stage" in change)
      this.#media({ t: "own", who: id, seat: change.stage ?? -1 });
    this.tell({ t: "people", set: [this.people.get(id)], gone: [] });
  }

  tell(message) {
    for (const socket of this.sockets.keys())
      socket.send(JSON.stringify(message));
  }

  /** Waits for that many messages of a type. */
  hears(type, count) {
    return this.until(() => this.received.filter((m) => m.t === type).length >= count);
  }

  /** Waits until something is so after a message. */
  async until(is_so) {
    while (!is_so())
      await new Promise((resolve) => (this.heard = resolve));
  }

  socketOf(id) {
    return [...this.sockets].find(([, who]) => who === id)?.[0];
  }

  #connected(socket, request) {
    const role = /as=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "guest";
    socket.on("message", (data) => {
      const message = JSON.parse(String(data));
      this.received.push(message);
      this.heard?.();
      if (!this.deaf.has(message.t))
        this["on_" + message.t]?.(socket, message, role);
    });
    socket.on("close", () => this.sockets.delete(socket));
  }

  on_ping(socket) {
    socket.send(JSON.stringify({ t: "pong", now_us: Date.now() * 1000 }));
  }

  on_join(socket, { name, key, publish, subscribe }, role) {
    let id = this.keys.get(key);
    if (id === undefined) {
      key = "key-" + Math.random().toString(36).slice(2);
      id = this.add({ role, name: role === "guest" ? name : this.roles[role] }).id;
      this.keys.set(key, id);
    }
    for (const [other, who] of this.sockets)
      if (who === id) {
        other.send(JSON.stringify({ t: "bye", reason: "elsewhere", text: "Cette salle est ouverte dans un autre onglet." }));
        other.close();
        this.sockets.delete(other);
      }
    this.sockets.set(socket, id);
    const me = this.people.get(id), now_us = Date.now() * 1000;
    socket.send(JSON.stringify({
      t: "welcome", me: { id, key, role: me.role, name: me.name }, room: this.place,
      talk: { code: "ABCDEF", title: "Le métier de médiateur numérique", start_us: now_us - 22 * 6e7, end_us: now_us + 53 * 6e7 },
      people: [...this.people.values()], hands: this.hands, publish: publish && me.publish === publish ? publish : null, ice: this.ice, now_us: now_us - this.late_us,
      chat: this.chat.map((line) => (line.who === id ? line : { ...line, id: undefined })), ...this.state,
    }));
    if (!subscribe || this.watched.get(id) !== subscribe)
      this.on_resubscribe(socket);
  }

  on_name(socket, { name }) {
    this.set(this.sockets.get(socket), { name });
  }

  on_say(socket, { id, text }) {
    const who = this.sockets.get(socket);
    if (!this.nonces.has(id)) {
      const line = { n: this.chat.length + 1, who, name: this.people.get(who).name, text, at_us: Date.now() * 1000, id };
      this.nonces.set(id, line);
      this.chat.push(line);
    }
    for (const [other, person] of this.sockets)
      other.send(JSON.stringify({ t: "said", ...this.nonces.get(id), id: person === who ? id : undefined }));
  }

  on_hand(socket, { up }) {
    const who = this.sockets.get(socket);
    this.hands = [...this.hands.filter((id) => id !== who), ...(up ? [who] : [])];
    this.tell({ t: "hands", list: this.hands });
  }

  on_lower(_, { who }) {
    this.hands = this.hands.filter((id) => id !== who);
    this.tell({ t: "hands", list: this.hands });
  }

  on_take(socket) {
    this.set(this.sockets.get(socket), { stage: this.#free_seat() });
  }

  on_leave(socket) {
    this.set(this.sockets.get(socket), { stage: null, mic: false, camera: false, screen: false });
  }

  on_stage(_, { who, on }) {
    this.set(who, on ? { stage: this.#free_seat() } : { stage: null, mic: false, camera: false, screen: false });
  }

  on_state(socket, { mic, camera, screen }) {
    this.set(this.sockets.get(socket), { mic, camera, screen });
  }

  on_mute(_, { who }) {
    this.set(who, { mic: false });
    this.socketOf(who)?.send(JSON.stringify({ t: "muted" }));
  }

  on_consent(socket, { yes }) {
    this.set(this.sockets.get(socket), { consent: yes });
  }

  on_pin(_, { who }) {
    this.state.pinned = who;
    this.tell({ t: "pinned", who });
  }

  on_record(_, { on }) {
    this.state.recording = on;
    this.tell({ t: "record", on, text: null });
  }

  on_remove(_, { who }) {
    this.socketOf(who)?.send(JSON.stringify({ t: "bye", reason: "removed", text: "L’animation vous a fait sortir de la salle." }));
    this.people.delete(who);
    this.tell({ t: "people", set: [], gone: [who] });
  }

  on_end() {
    for (const person of this.people.values())
      Object.assign(person, { stage: null, mic: false, camera: false, screen: false });
    this.state.ended = { replay_url: "/demo/talk/ABCDEF/replay/" };
    this.tell({ t: "people", set: [...this.people.values()], gone: [] });
    this.tell({ t: "ended", replay_url: this.state.ended.replay_url });
  }

  #free_seat() {
    const taken = new Set([...this.people.values()].map((person) => person.stage));
    return [...Array(this.place.kind === "workshop" ? 30 : 12).keys()].find((seat) => !taken.has(seat));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const room = await FakeRoom.start(JSON.parse(process.argv[2] ?? "{}")); // for a person to look at, or in a network of its own
  console.log(room.url);
  process.stdin.on("end", () => room.stop()).resume();
}
