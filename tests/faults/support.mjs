// What the tests of faults share: chance that can be repeated, a server that comes back at the same address, and the
// store looked at from outside.
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import { start } from '../http/support.mjs';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). TRETEAU_SEED tries another course of events. */
export function chance(seed = Number(process.env.TRETEAU_SEED ?? 1)) {
  return () => {
    seed = (seed + 0x6D2B79F5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Starts again what was stopped or killed: same folder, same addresses, so that pages and media find it. */
export function startAgain(server, options = {}) {
  const media = server.stderr.match(/media=udp\/(\d+)/)[1];
  return start({ folder: server.folder, args: ['--port', new URL(server.origin).port, '--media-port', media], ...options });
}

/** Rows of a query on the store of a folder. */
export function rows(folder, sql, ...values) {
  const store = new DatabaseSync(path.join(folder, 'treteau.db'), { timeout: 10000 });
  try {
    return store.prepare(sql).all(...values);
  } finally {
    store.close();
  }
}

/** Waits until `look` gives something true, which it looks for every `every_ms`; fails with `what` after the deadline. */
export async function until(what, look, { deadline_ms = 10000, every_ms = 20 } = {}) {
  const end = performance.now() + deadline_ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`not within ${deadline_ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, every_ms));
  }
}
