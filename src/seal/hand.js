// A new key goes from a host to those who are there, so that nobody needs another link and who left does not get it: encrypted for
// each by ECDH (P-256), and vouched for by the key before, which the server does not have.

import { expand, from_text, to_text } from "./sframe.js";

/** @typedef {import("./sframe.js").RoomKey} RoomKey */
/** @typedef {import("./sframe.js").Bytes} Bytes */
/** A page's public key, and that it was made by somebody with the room's key. @typedef {{public: string, proof: string}} Hello */

const CURVE = { name: "ECDH", namedCurve: "P-256" }, IV_BYTES = 12;
const text_bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

/** Of this page. The private key cannot leave it. */
export function new_pair() {
  return /** @type {Promise<CryptoKeyPair>} */ (crypto.subtle.generateKey(CURVE, false, ["deriveBits"]));
}

/** @param {RoomKey} key @param {"sign" | "verify"} use */
async function voucher(key, use) {
  return crypto.subtle.importKey("raw", await expand(key.base, text_bytes("Treteau room key hello"), 32), { name: "HMAC", hash: "SHA-256" }, false, [use]);
}

/** @param {string} public_key @param {number} who */
const vouched = (public_key, who) => text_bytes(`hello ${who} ${public_key}`);

/** @param {RoomKey} key @param {CryptoKeyPair} pair @param {number} who in the room @returns {Promise<Hello>} */
export async function say_hello(key, pair, who) {
  const public_key = to_text(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  return { public: public_key, proof: to_text(new Uint8Array(await crypto.subtle.sign("HMAC", await voucher(key, "sign"), vouched(public_key, who)))) };
}

/** Whether this was made with the room's key. @param {RoomKey} key @param {number} who @param {Hello} hello */
export async function is_hello(key, who, hello) {
  const proof = from_text(hello.proof);
  return proof !== null && crypto.subtle.verify("HMAC", await voucher(key, "verify"), proof, vouched(hello.public, who));
}

/** @param {CryptoKeyPair} pair @param {string} other @param {"encrypt" | "decrypt"} use */
async function shared(pair, other, use) {
  const point = await crypto.subtle.importKey("raw", from_text(other) ?? new Uint8Array(), CURVE, false, []);
  const secret = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: point }, pair.privateKey, 256));
  return crypto.subtle.importKey("raw", await expand(secret, text_bytes("Treteau room key handed on"), 16), "AES-GCM", false, [use]);
}

/** For one person. Rejects when their public key is none. @param {CryptoKeyPair} pair @param {string} to public key @param {Bytes} base */
export async function hand_on(pair, to, base) {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await shared(pair, to, "encrypt"), base));
  return to_text(Uint8Array.of(...iv, ...sealed));
}

/** Rejects when it was not made for this page by that one. @param {CryptoKeyPair} pair @param {string} from public key @param {string} handed */
export async function take_over(pair, from, handed) {
  const bytes = from_text(handed) ?? new Uint8Array();
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.subarray(0, IV_BYTES) }, await shared(pair, from, "decrypt"), bytes.subarray(IV_BYTES)));
}
