// SFrame of the encrypted workshop against the vectors of RFC 9605, Appendix C, and against what a server or somebody without the
// key could try.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hand_on, is_hello, new_pair, say_hello, take_over } from "../../src/seal/hand.js";
import { clear_bytes, decrypt, derive, encrypt, fresh_kid, from_text, Opener, read_header, room_key, Sealer, to_text, write_header } from "../../src/seal/sframe.js";

const bytes = (hex) => new Uint8Array(hex.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? []);
const hex = (data) => Buffer.from(data).toString("hex");

/** RFC 9605 C.1, one in seven: key id, counter, header. */
const HEADERS = [
  ["0", "0", "00"], ["0", "1", "01"], ["0", "255", "08ff"],
  ["0", "256", "090100"], ["0", "65535", "09ffff"], ["0", "65536", "0a010000"],
  ["0", "16777215", "0affffff"], ["0", "16777216", "0b01000000"], ["0", "4294967295", "0bffffffff"],
  ["0", "4294967296", "0c0100000000"], ["0", "1099511627775", "0cffffffffff"], ["0", "1099511627776", "0d010000000000"],
  ["0", "281474976710655", "0dffffffffffff"], ["0", "281474976710656", "0e01000000000000"], ["0", "72057594037927935", "0effffffffffffff"],
  ["0", "72057594037927936", "0f0100000000000000"], ["0", "18446744073709551615", "0fffffffffffffffff"], ["1", "0", "10"],
  ["1", "1", "11"], ["1", "255", "18ff"], ["1", "65535", "19ffff"],
  ["1", "1099511627776", "1d010000000000"], ["255", "1", "81ff"], ["255", "4294967295", "8bffffffffff"],
  ["255", "72057594037927936", "8fff0100000000000000"], ["256", "65536", "9a0100010000"], ["256", "281474976710655", "9d0100ffffffffffff"],
  ["65535", "255", "98ffffff"], ["65535", "4294967296", "9cffff0100000000"], ["65535", "18446744073709551615", "9fffffffffffffffffffff"],
  ["65536", "16777215", "aa010000ffffff"], ["65536", "281474976710656", "ae01000001000000000000"], ["16777215", "256", "a9ffffff0100"],
  ["16777215", "1099511627775", "acffffffffffffffff"], ["16777216", "0", "b001000000"], ["16777216", "16777216", "bb0100000001000000"],
  ["16777216", "72057594037927935", "be01000000ffffffffffffff"], ["4294967295", "65535", "b9ffffffffffff"], ["4294967295", "1099511627776", "bdffffffff010000000000"],
  ["4294967296", "1", "c10100000000"], ["4294967296", "4294967295", "cb0100000000ffffffff"], ["4294967296", "72057594037927936", "cf01000000000100000000000000"],
  ["1099511627775", "65536", "caffffffffff010000"], ["1099511627775", "281474976710655", "cdffffffffffffffffffffff"], ["1099511627776", "255", "d8010000000000ff"],
  ["1099511627776", "4294967296", "dc0100000000000100000000"], ["1099511627776", "18446744073709551615", "df010000000000ffffffffffffffff"], ["281474976710655", "16777215", "daffffffffffffffffff"],
  ["281474976710655", "281474976710656", "deffffffffffff01000000000000"], ["281474976710656", "256", "e9010000000000000100"], ["281474976710656", "1099511627775", "ec01000000000000ffffffffff"],
  ["72057594037927935", "0", "e0ffffffffffffff"], ["72057594037927935", "16777216", "ebffffffffffffff01000000"], ["72057594037927935", "72057594037927935", "eeffffffffffffffffffffffffffff"],
  ["72057594037927936", "65535", "f90100000000000000ffff"], ["72057594037927936", "1099511627776", "fd0100000000000000010000000000"], ["18446744073709551615", "1", "f1ffffffffffffffff"],
  ["18446744073709551615", "4294967295", "fbffffffffffffffffffffffff"], ["18446744073709551615", "72057594037927936", "ffffffffffffffffff0100000000000000"],
];

/** RFC 9605 C.3, AES_128_GCM_SHA256_128. */
const FRAME = {
  kid: 0x123n, ctr: 0x4567n, base: "000102030405060708090a0b0c0d0e0f", salt: "75234edefe07819026751816", metadata: "4945544620534672616d65205747",
  plain: "64726166742d696574662d736672616d652d656e63", key: "d34f547f4ca4f9a7447006fe7fcbf768",
  sealed: "9901234567b7412c2513a1b66dbb48841bbaf17f598751176ad847681a69c6d0b091c07018ce4adb34eb",
};

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i), OTHER = Uint8Array.from({ length: 16 }, (_, i) => 255 - i);
const VP8_KEY = bytes("1002009d012a4001b400aabbccddeeff"), VP8_DELTA = bytes("31020011223344556677");
const VOICE = bytes("78abcdef0123456789");

describe("SFrame as the RFC writes it", () => {
  it("writes and reads every header of the vectors", () => {
    for (const [kid, ctr, encoded] of HEADERS) {
      assert.equal(hex(write_header(BigInt(kid), BigInt(ctr))), encoded);
      assert.deepEqual(read_header(bytes(encoded)), { kid: BigInt(kid), ctr: BigInt(ctr), size: encoded.length / 2 });
    }
  });

  it("reads no header that is cut short", () => {
    assert.equal(read_header(bytes("")), null);
    assert.equal(read_header(bytes("9901")), null);
    assert.equal(read_header(bytes("ffffffffffffffff")), null);
  });

  it("derives the vector's key and salt, and makes and opens its frame", async () => {
    const derived = await derive(bytes(FRAME.base), FRAME.kid);
    assert.equal(hex(derived.salt), FRAME.salt);
    // the key does not leave Web Crypto: the vector's own must open what it makes
    const own = { key: await crypto.subtle.importKey("raw", bytes(FRAME.key), "AES-GCM", false, ["decrypt"]), salt: derived.salt };
    const frame = await encrypt(derived, FRAME.kid, FRAME.ctr, bytes(FRAME.metadata), bytes(FRAME.plain));
    assert.equal(hex(frame), FRAME.sealed);
    assert.equal(hex(await decrypt(own, bytes(FRAME.metadata), frame)), FRAME.plain);
  });

  it("refuses the vector's frame with any bit of it, or of its metadata, changed", async () => {
    const derived = await derive(bytes(FRAME.base), FRAME.kid), frame = bytes(FRAME.sealed);
    for (let i = 0; i < frame.length; i++) {
      const changed = frame.slice();
      changed[i] ^= 1;
      await assert.rejects(decrypt(derived, bytes(FRAME.metadata), changed));
    }
    await assert.rejects(decrypt(derived, bytes("4945544620534672616d65205748"), frame));
  });
});

describe("a room's frames", () => {
  it("leave readable what the server needs of VP8, nothing of a voice", () => {
    assert.deepEqual([clear_bytes(VP8_KEY, true), clear_bytes(VP8_DELTA, true), clear_bytes(VOICE, false)], [10, 1, 0]);
  });

  it("are opened by who has the key, as they were", async () => {
    const key = await room_key(KEY);
    for (const [data, video] of [[VP8_KEY, true], [VP8_DELTA, true], [VOICE, false]]) {
      const sealed = await new Sealer(video).seal(key, data), clear = clear_bytes(data, video);
      assert.equal(hex(sealed.subarray(0, clear)), hex(data.subarray(0, clear)));
      assert.ok(!hex(sealed).includes(hex(data.subarray(clear))));
      const opened = await new Opener(video).open([key], sealed);
      assert.equal(hex(opened.data), hex(data));
    }
  });

  it("do not leave without a key", async () => {
    assert.equal(await new Sealer(false).seal(null, VOICE), null);
  });

  it("of another key, or of none, are named as what they are and never handed on", async () => {
    const key = await room_key(KEY), other = await room_key(OTHER), sealed = await new Sealer(true).seal(key, VP8_KEY);
    assert.deepEqual(await new Opener(true).open([other], sealed), { fault: "key" });
    assert.deepEqual(await new Opener(true).open([], sealed), { fault: "key" });
    assert.deepEqual(await new Opener(true).open([key], VP8_KEY), { fault: "plain" });
    assert.deepEqual(await new Opener(true).open([{ ...other, id: key.id }], sealed), { fault: "false" });
  });

  it("with a bit of them changed, also of what is readable, are not handed on", async () => {
    const key = await room_key(KEY), sealed = await new Sealer(true).seal(key, VP8_KEY);
    for (const i of [1, 5, 9, sealed.length - 1]) {
      const changed = sealed.slice();
      changed[i] ^= 4;
      assert.deepEqual(await new Opener(true).open([key], changed), { fault: "false" });
    }
  });

  it("are taken once, in any order, and not when they are very old", async () => {
    const key = await room_key(KEY), sealer = new Sealer(false), opener = new Opener(false), frames = [];
    for (let i = 0; i < 1100; i++)
      frames.push(await sealer.seal(key, VOICE));
    assert.ok("data" in await opener.open([key], frames[1]));
    assert.ok("data" in await opener.open([key], frames[0]));
    assert.deepEqual(await opener.open([key], frames[1]), { fault: "again" });
    assert.ok("data" in await opener.open([key], frames[1099]));
    assert.deepEqual(await opener.open([key], frames[2]), { fault: "again" });
    assert.ok("data" in await opener.open([key], frames[500]));
  });

  it("never share a nonce: each sender has a key id of its own, each frame a counter", async () => {
    const key = await room_key(KEY), kids = new Set(Array.from({ length: 2000 }, () => fresh_kid(key)));
    assert.equal(kids.size, 2000);
    for (const kid of kids)
      assert.equal(kid >> 48n, key.id);
    const sealer = new Sealer(false), heads = [];
    for (let i = 0; i < 20; i++)
      heads.push(read_header(await sealer.seal(key, VOICE)));
    assert.equal(new Set(heads.map(({ kid }) => kid)).size, 1);
    assert.deepEqual(heads.map(({ ctr }) => ctr), Array.from({ length: 20 }, (_, i) => BigInt(i)));
    const again = read_header(await new Sealer(false).seal(key, VOICE));
    assert.notEqual(again.kid, heads[0].kid);
  });

  it("go on with another key, while those of the one before can still be opened", async () => {
    const first = await room_key(KEY), second = await room_key(OTHER), sealer = new Sealer(false), opener = new Opener(false);
    const before = await sealer.seal(first, VOICE), after = await sealer.seal(second, VOICE);
    assert.equal(hex((await opener.open([second, first], before)).data), hex(VOICE));
    assert.equal(hex((await opener.open([second, first], after)).data), hex(VOICE));
    assert.deepEqual(await opener.open([first], after), { fault: "key" });
  });

  it("keep the keys of so many senders and no more", async () => {
    const key = await room_key(KEY), opener = new Opener(false), first = new Sealer(false), one = await first.seal(key, VOICE);
    await opener.open([key], one);
    for (let i = 0; i < 70; i++)
      await opener.open([key], await new Sealer(false).seal(key, VOICE));
    assert.ok("data" in await opener.open([key], await first.seal(key, VOICE)));
  });
});

describe("a new key handed to those who are there", () => {
  it("reaches who said hello with the key before, and nobody else", async () => {
    const key = await room_key(KEY), next = OTHER, host = await new_pair(), ana = await new_pair(), thief = await new_pair();
    const hello = await say_hello(key, ana, 7);
    assert.equal(await is_hello(key, 7, hello), true);
    const handed = await hand_on(host, hello.public, next), from = (await say_hello(key, host, 1)).public;
    assert.equal(handed.length, 59);
    assert.deepEqual([hello.public.length, hello.proof.length], [87, 43]);
    assert.equal(hex(await take_over(ana, from, handed)), hex(next));
    await assert.rejects(take_over(thief, from, handed));
    await assert.rejects(take_over(ana, hello.public, handed));
  });

  it("is not handed to a public key that the server, or who has another key, put in", async () => {
    const key = await room_key(KEY), other = await room_key(OTHER), pair = await new_pair(), hello = await say_hello(key, pair, 7);
    assert.equal(await is_hello(key, 8, hello), false);
    assert.equal(await is_hello(other, 7, hello), false);
    assert.equal(await is_hello(key, 7, { ...hello, public: (await say_hello(key, await new_pair(), 7)).public }), false);
    assert.equal(await is_hello(key, 7, { ...hello, proof: "" }), false);
    assert.equal(await is_hello(key, 7, { ...hello, proof: "#" }), false);
  });

  it("refuses a public key that is no point, and a text that is none", async () => {
    const pair = await new_pair();
    await assert.rejects(hand_on(pair, "A".repeat(87), OTHER));
    await assert.rejects(take_over(pair, (await say_hello(await room_key(KEY), pair, 1)).public, "!"));
    assert.equal(from_text("a"), null);
    assert.equal(hex(from_text(to_text(OTHER))), hex(OTHER));
  });
});
