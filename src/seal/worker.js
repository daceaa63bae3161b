// Encrypts and opens each frame on its way, on a thread of its own. A page imports it as well, for its address alone.

import { Opener, Sealer } from "./sframe.js";

/** @typedef {import("./sframe.js").RoomKey} RoomKey */
/** @typedef {import("./sframe.js").Fault} Fault */
/** Of what comes by a line. @typedef {{line: string, of: string, state: "open" | Fault}} Report */
/** @typedef {{side: "send" | "receive", line: string, of: string, video: boolean}} Way of: what a connection is called in reports */

/** Where a page's Worker finds this file. */
export const address = import.meta.url;

const FAULTS = 10; // in a row before somebody is told: one frame that was lost half is no wrong key

/** The newest first: what is sent is encrypted with that one. @type {RoomKey[]} */ let keys = [];

/** A key that stays is the same object: who sends with it goes on. @param {RoomKey[]} next */
function take_keys(next) {
  keys = next.map((key) => keys.find((known) => known.check === key.check) ?? key);
}

/** @param {any} transformer @param {Way} way */
function seal_frames({ readable, writable, generateKeyFrame }, { video }) {
  const sealer = new Sealer(video);
  /** @type {RoomKey | undefined} */ let used;
  return pass(readable, writable, async (data) => {
    const key = keys[0];
    if (video && used && key !== used)
      Promise.resolve(generateKeyFrame?.()).catch(() => {}); // who had no key for what came before begins with this
    used = key;
    return sealer.seal(key ?? null, data);
  });
}

/** @param {any} transformer @param {Way} way */
function open_frames(transformer, { line, of, video }) {
  const opener = new Opener(video);
  let faults = 0, told = "";
  const tell = (/** @type {Report["state"]} */ state) => state !== told && self.postMessage({ line, of, state: told = state });
  return pass(transformer.readable, transformer.writable, async (data) => {
    const opened = await opener.open(keys, data);
    if ("fault" in opened) {
      if (++faults >= FAULTS && opened.fault !== "again")
        tell(opened.fault);
      return null;
    }
    if (video && faults)
      Promise.resolve(transformer.sendKeyFrameRequest?.()).catch(() => {}); // what was dropped is missing to the next pictures
    faults = 0;
    tell("open");
    return opened.data;
  });
}

/** What becomes null goes no further. @param {ReadableStream} readable @param {WritableStream} writable @param {(data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer> | null>} change */
function pass(readable, writable, change) {
  const way = new TransformStream({
    transform: async (frame, controller) => {
      const data = await change(new Uint8Array(frame.data));
      if (!data)
        return;
      frame.data = data.buffer;
      controller.enqueue(frame);
    },
  });
  return readable.pipeThrough(way).pipeTo(writable).catch(() => {}); // the connection has ended
}

if ("WorkerGlobalScope" in globalThis) {
  /** @type {any} */ (self).onrtctransform = (/** @type {{transformer: any}} */ { transformer }) =>
    (transformer.options.side === "send" ? seal_frames : open_frames)(transformer, transformer.options);
  self.onmessage = ({ data }) => take_keys(data);
  self.postMessage({ ready: true }); // what is led here before is lost
}
