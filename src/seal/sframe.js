// SFrame (RFC 9605) with AES_128_GCM_SHA256_128, by Web Crypto alone: no page, no worker, no media in here.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** Why a frame was not opened. `plain`: no SFrame at all; `key`: of a key that is not here; `false`: not made with the key it names; `again`: seen before. @typedef {"plain" | "key" | "false" | "again"} Fault */

export const KEY_BYTES = 16;
const SUITE = 4, TAG_BYTES = 16, NONCE_BYTES = 12;
const WINDOW = 1024;      // counters this far behind the newest may still come, once each
const SENDERS = 64;       // key ids of which one line keeps keys: 30 seats, a few connections each

/** Big-endian, as short as it can be. @param {bigint} number */
function shortest(number) {
  const bytes = [];
  for (let rest = number; rest > 0n || !bytes.length; rest >>= 8n)
    bytes.unshift(Number(rest & 255n));
  return bytes;
}

/** Section 4.3. @param {bigint} kid below 2^64 @param {bigint} ctr below 2^64 */
export function write_header(kid, ctr) {
  const k = kid < 8n ? [] : shortest(kid), c = ctr < 8n ? [] : shortest(ctr);
  const first = (k.length ? 0x80 | ((k.length - 1) << 4) : Number(kid) << 4) | (c.length ? 0x08 | (c.length - 1) : Number(ctr));
  return Uint8Array.of(first, ...k, ...c);
}

/** Section 4.3; null when the bytes end within it. @param {Uint8Array} bytes */
export function read_header(bytes) {
  if (!bytes.length)
    return null;
  const first = bytes[0];
  const k = first & 0x80 ? ((first >> 4) & 7) + 1 : 0, c = first & 0x08 ? (first & 7) + 1 : 0, size = 1 + k + c;
  if (bytes.length < size)
    return null;
  const number = (/** @type {number} */ from, /** @type {number} */ to) => bytes.subarray(from, to).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { kid: k ? number(1, 1 + k) : BigInt((first >> 4) & 7), ctr: c ? number(1 + k, size) : BigInt(first & 7), size };
}

/** HKDF-SHA-256 (RFC 5869) without a salt. @param {Bytes} base @param {Bytes} info @param {number} size in bytes */
export async function expand(base, info, size) {
  const secret = await crypto.subtle.importKey("raw", base, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info }, secret, size * 8));
}

/** Section 4.4.2. @param {string} label @param {bigint} kid @returns {Bytes} */
function info_of(label, kid) {
  const text = new TextEncoder().encode(label), info = new Uint8Array(text.length + 10), view = new DataView(info.buffer);
  info.set(text);
  view.setBigUint64(text.length, kid);
  view.setUint16(text.length + 8, SUITE);
  return info;
}

/** What a sender's frames are made with. @param {Bytes} base 16 bytes or more @param {bigint} kid */
export async function derive(base, kid) {
  const key = await expand(base, info_of("SFrame 1.0 Secret key ", kid), KEY_BYTES);
  return { key: await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]), salt: await expand(base, info_of("SFrame 1.0 Secret salt ", kid), NONCE_BYTES) };
}

/** Section 4.4.3. @param {Bytes} salt @param {bigint} ctr @returns {Bytes} */
function nonce_of(salt, ctr) {
  const nonce = salt.slice(), view = new DataView(nonce.buffer);
  view.setBigUint64(4, view.getBigUint64(4) ^ ctr);
  return nonce;
}

/** @param {Uint8Array[]} parts @returns {Bytes} */
function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Bytes} iv @param {Bytes} additionalData */
const gcm = (iv, additionalData) => ({ name: "AES-GCM", iv, additionalData, tagLength: TAG_BYTES * 8 });

/** One frame. @param {{key: CryptoKey, salt: Bytes}} derived @param {bigint} kid @param {bigint} ctr never twice with this kid @param {Bytes} metadata is vouched for, and not in what comes out @param {Bytes} plain */
export async function encrypt({ key, salt }, kid, ctr, metadata, plain) {
  const header = write_header(kid, ctr);
  return join(header, new Uint8Array(await crypto.subtle.encrypt(gcm(nonce_of(salt, ctr), join(header, metadata)), key, plain)));
}

/** Rejects when the frame is not what its sender made. @param {{key: CryptoKey, salt: Bytes}} derived @param {Bytes} metadata @param {Bytes} frame with its header */
export async function decrypt({ key, salt }, metadata, frame) {
  const header = read_header(frame);
  if (!header || frame.length < header.size + TAG_BYTES)
    throw new RangeError("too short for a frame");
  const aad = join(frame.subarray(0, header.size), metadata);
  return new Uint8Array(await crypto.subtle.decrypt(gcm(nonce_of(salt, header.ctr), aad), key, frame.subarray(header.size)));
}

/** base64url without padding. @param {Uint8Array} bytes */
export const to_text = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** null: no such text. @param {string} text @returns {Bytes | null} */
export function from_text(text) {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1)
    return null;
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

// --- A room's keys

/** A key of a room. `id`: 16 bits that do not tell the key, the upper ones of all its senders' key ids. @typedef {{base: Bytes, check: string, id: bigint}} RoomKey */

/** @param {Bytes} base @returns {Promise<RoomKey>} */
export async function room_key(base) {
  const bytes = await expand(base, new TextEncoder().encode("Treteau room key check"), 8);
  const check = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { base, check, id: BigInt("0x" + check.slice(0, 4)) };
}

/** A sender's key id: the room key's id and 48 random bits, made anew by each sender of each page, so that whatever the server says, no two share a nonce. @param {RoomKey} key */
export function fresh_kid(key) {
  const random = crypto.getRandomValues(new Uint8Array(6));
  return (key.id << 48n) | random.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/**
 * How many bytes of a frame stay readable. VP8 (RFC 6386 9.1): the server finds key frames by the first byte and their size
 * by the next nine, and so does a browser that puts packets together. @param {Uint8Array} data @param {boolean} video
 */
export function clear_bytes(data, video) {
  return !video || !data.length ? 0 : Math.min(data.length, data[0] & 1 ? 1 : 10);
}

/** What one line sends. */
export class Sealer {
  /** @type {RoomKey | null} */ #key = null;
  /** @type {{key: CryptoKey, salt: Bytes} | null} */ #derived = null;
  #kid = 0n;
  #ctr = 0n;

  /** @param {boolean} video */
  constructor(video) {
    this.video = video;
  }

  /** null without a key: nothing leaves then. @param {RoomKey | null} key @param {Bytes} data */
  async seal(key, data) {
    if (!key || (this.video && !data.length))
      return null;
    if (this.#key !== key) {
      this.#kid = fresh_kid(key);
      this.#ctr = 0n;
      this.#derived = await derive(key.base, this.#kid);
      this.#key = key;
    }
    const clear = data.slice(0, clear_bytes(data, this.video));
    return this.#derived && join(clear, await encrypt(this.#derived, this.#kid, this.#ctr++, clear, data.subarray(clear.length)));
  }
}

/** Counters that have come (RFC 9605 9.3), as RFC 3711 3.3.2 does it. */
class Seen {
  #top = -1n;
  #come = new Set();

  /** @param {bigint} ctr */
  has(ctr) {
    return ctr <= this.#top - BigInt(WINDOW) || this.#come.has(ctr);
  }

  /** @param {bigint} ctr */
  add(ctr) {
    this.#come.add(ctr);
    this.#top = ctr > this.#top ? ctr : this.#top;
    if (this.#come.size > 2 * WINDOW)
      for (const one of this.#come)
        if (one <= this.#top - BigInt(WINDOW))
          this.#come.delete(one);
  }
}

/** What one line receives, of whoever the server sends by it. */
export class Opener {
  /** @type {Map<bigint, {of: RoomKey, seen: Seen, derived: {key: CryptoKey, salt: Bytes}}>} */ #senders = new Map();

  /** @param {boolean} video */
  constructor(video) {
    this.video = video;
  }

  /** @param {RoomKey[]} keys @param {Bytes} data @returns {Promise<{data: Bytes} | {fault: Fault}>} */
  async open(keys, data) {
    const clear = data.slice(0, clear_bytes(data, this.video)), frame = data.subarray(clear.length), header = read_header(frame);
    if (!header || frame.length < header.size + TAG_BYTES)
      return { fault: "plain" };
    const key = keys.find((one) => one.id === header.kid >> 48n);
    if (!key)
      return { fault: "key" };
    const sender = await this.#sender(key, header.kid);
    if (sender.seen.has(header.ctr))
      return { fault: "again" };
    try {
      const plain = await decrypt(sender.derived, clear, frame);
      sender.seen.add(header.ctr);
      this.#keep(header.kid, sender);
      return { data: join(clear, plain) };
    } catch {
      return { fault: "false" };
    }
  }

  /** @param {RoomKey} key @param {bigint} kid */
  async #sender(key, kid) {
    const known = this.#senders.get(kid);
    return known?.of === key ? known : { of: key, seen: new Seen(), derived: await derive(key.base, kid) };
  }

  /** Of senders alone who have the key: what anybody else makes up takes no place. @param {bigint} kid @param {{of: RoomKey, seen: Seen, derived: {key: CryptoKey, salt: Bytes}}} sender */
  #keep(kid, sender) {
    this.#senders.delete(kid); // the one used last stands last
    this.#senders.set(kid, sender);
    const [oldest] = this.#senders.keys();
    if (this.#senders.size > SENDERS)
      this.#senders.delete(oldest);
  }
}
