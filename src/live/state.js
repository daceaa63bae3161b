// What this page knows of the room: a plain value, changed only by apply(). Messages are written down in README.md.

import { apply_parts, empty_parts } from "./features.js";

/**
 * @typedef {{id: number, name: string, role: "host" | "speaker" | "attendee" | "guest", stage: number | null,
 *   mic: boolean, camera: boolean, screen: boolean, away: boolean, consent: boolean | null, hall?: true, of_hall?: number, booth?: true,
 *   watches?: true, encoder?: {held: boolean, trouble: "b-frames" | "profile" | null}}} Person
 * @typedef {{n: number, who: number, name: string, text: string, at_us: number, id?: string, reply?: number, waiting?: boolean}} Line
 * @typedef {{code: string, title: string, start_us: number, end_us: number}} Talk
 * @typedef {"open" | "lobby" | "locked" | "rehearsal"} Door
 * @typedef {{id: number, name: string, role: string}} Waiting
 * @typedef {{id: string, text: string, reply?: number}} Pending
 * @typedef {ReturnType<typeof emptyRoom>} Room
 */

const CHAT_LINES_MAX = 500;

export function emptyRoom() {
  return {
    /** @type {{id: number, key: string, role: string, name: string, hall?: number} | null} */ me: null,
    /** @type {{title: string, slug: string, kind: "stage" | "workshop", part: number, team?: true, sealed: boolean, voices?: boolean} | null} part: of a group, 0: the whole room */ room: null,
    /** @type {Door} who comes in */ door: /** @type {Door} */ ("open"),
    /** @type {Waiting[]} who waits to be let in; hosts know */ lobby: [],
    /** this page waits to be let in */ waits: false,
    /** @type {number | null} somebody else whose picture is on air, or was last: shown larger in a workshop */ lead: null,
    /** @type {Talk | null} */ talk: null,
    seats: 4,
    /** @type {Map<number, Person>} */ people: new Map(),
    /** @type {Line[]} */ chat: [],
    /** @type {Pending[]} said here, not yet acknowledged */ pending: [],
    chat_rules: { slow_s: 0, moderated: false },
    /** @type {number[]} */ hands: [],
    /** @type {Set<number>} */ speaking: new Set(),
    recording: false,
    /** @type {string | null} */ record_text: null,
    /** @type {{who: number | null, what: string, beside?: number | null} | null} */ onair: null,
    /** @type {number | null} */ pinned: null,
    scene: "auto",
    vp8: false,
    /** @type {"full" | "reduced" | "audio"} how much of what is shown the line carries */ network: "full",
    lossy: false,
    /** the connection of which both are said @type {string | null} */ network_pc: null,
    /** @type {{replay_url: string | null} | null} */ ended: null,
    /** @type {{reason: string, text: string, watch_url?: string | null} | null} */ bye: null,
    /** @type {{on: boolean, free: boolean, list: string | null}} on: without a place, by the live list; free: a place is */ watching: { on: false, free: true, list: null },
    clock_offset_us: 0,
    /** @type {Record<string, any>} what features hold, by name */ parts: empty_parts(),
  };
}

/** @type {Record<string, (room: Room, message: any, now_us: number) => Partial<Room>>} */
const changes = {
  welcome: (room, m, now_us) => ({
    ...pick(m, ["me", "room", "talk", "seats", "hands", "recording", "record_text", "onair", "pinned", "scene", "vp8", "ended", "chat_rules", "door", "lobby", "watching"]),
    waits: false,
    lead: lead_of(m.onair, m.me.id, null),
    people: new Map(m.people.map((/** @type {Person} */ p) => [p.id, p])),
    chat: m.chat,
    pending: without(room.pending, m.chat),
    speaking: new Set(),
    network: "full",
    lossy: false,
    bye: null,
    clock_offset_us: m.now_us - now_us,
  }),
  pong: (room, m, now_us) => ({ clock_offset_us: Math.max(room.clock_offset_us, m.now_us - now_us) }), // what came late made the clock slow
  waiting: (room, m, now_us) => ({ ...emptyRoom(), ...pick(m, ["me", "room", "talk", "door"]), pending: room.pending, waits: true, clock_offset_us: m.now_us - now_us }),
  door: (_, m) => ({ door: m.door }),
  lobby: (_, m) => ({ lobby: m.list }),
  kind: (_, m) => ({ room: m.room }),
  people: (room, m) => {
    const people = new Map(room.people);
    for (const person of m.set ?? [])
      people.set(person.id, person);
    for (const id of m.gone ?? [])
      people.delete(id);
    return { people, seats: m.seats ?? room.seats };
  },
  said: (room, m) => ({
    chat: [...room.chat.filter((line) => line.n !== m.n), m].sort((a, b) => a.n - b.n).slice(-CHAT_LINES_MAX),
    pending: without(room.pending, [m]),
  }),
  unsaid: (room, m) => ({ chat: room.chat.filter((line) => line.who !== m.who && line.n !== m.n) }),
  chat: (_, m) => ({ chat_rules: m.rules }),
  refused: (room, m) => ({ pending: m.of === "say" ? without(room.pending, [m]) : room.pending }),
  hands: (_, m) => ({ hands: m.list }),
  speaking: (_, m) => ({ speaking: new Set(m.list) }),
  record: (_, m) => ({ recording: m.on, record_text: m.text ?? null }),
  onair: (room, m) => ({ onair: { who: m.who, what: m.what, beside: m.beside ?? null }, lead: lead_of(m, room.me?.id, room.lead) }),
  pinned: (_, m) => ({ pinned: m.who }),
  scene: (_, m) => ({ scene: m.scene }),
  vp8: (_, m) => ({ vp8: m.on }),
  network: (_, m) => ({ network: m.mode, lossy: m.lossy === true }),
  subscribe: (room, m) => (m.pc === room.network_pc ? {} : { network_pc: m.pc, network: "full", lossy: false }),
  talk: (_, m) => ({ talk: m.talk, ended: null }),
  ended: (_, m) => ({ ended: { replay_url: m.replay_url ?? null }, recording: false }),
  watching: (_, m) => ({ watching: { on: m.on, free: m.free, list: m.list ?? null } }),
  bye: (_, m) => ({ bye: { reason: m.reason, text: m.text, watch_url: m.watch_url } }),
};

/**
 * The room after a message; unknown messages change nothing.
 * @param {Room} room
 * @param {{t: string}} message
 * @returns {Room}
 */
export function apply(room, message, now_us = Date.now() * 1000) {
  const change = Object.hasOwn(changes, message.t) ? changes[message.t] : null;
  return apply_parts(change ? { ...room, ...change(room, message, now_us) } : room, message);
}

/** @param {Room} room */
export function myself(room) {
  return (room.me && room.people.get(room.me.id)) ?? null;
}

/** Those on stage, by seat. @param {Room} room */
export function cast(room) {
  return [...room.people.values()].filter((p) => p.stage !== null).sort((a, b) => Number(a.stage) - Number(b.stage));
}

/** How many have a place at once. @param {Room} room */
export function places(room) {
  return room.room?.kind === "workshop" ? 30 : 12;
}

/** Who is on air, unless it is a screen or oneself. @param {{who: number | null, what: string} | null} air @param {number | undefined} me @param {number | null} before */
function lead_of(air, me, before) {
  return air?.who && air.who !== me && air.what !== "screen" ? air.who : before;
}

/** @param {Pending[]} pending @param {{id?: string}[]} acknowledged */
function without(pending, acknowledged) {
  const ids = new Set(acknowledged.map((line) => line.id));
  return pending.filter((line) => !ids.has(line.id));
}

/** @param {any} from @param {string[]} names */
function pick(from, names) {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}
