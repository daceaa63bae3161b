// How a session stands against its run sheet, and how long until it begins: pure.

/**
 * @typedef {{id: number, minutes: number, what: string, who: string, cue: string, link: string, scene: string}} Row
 * @typedef {{rows: Row[], row: number, since_us: number}} Run
 */

const MINUTE_US = 6e7;

/** When each row is to begin and to end. @param {Row[]} rows @param {number} start_us */
export function plan(rows, start_us) {
  /** @type {Map<number, {begins_us: number, ends_us: number}>} */
  const times = new Map();
  for (const { id, minutes } of rows) {
    times.set(id, { begins_us: start_us, ends_us: start_us + minutes * MINUTE_US });
    start_us += minutes * MINUTE_US;
  }
  return times;
}

/**
 * How much later than planned the row under way began, or by how much it is over its end; negative: ahead. Null: no row
 * is under way.
 * @param {Run} run @param {number} start_us of the session @param {number} now_us
 */
export function behind_us({ rows, row, since_us }, start_us, now_us) {
  const planned = plan(rows, start_us).get(row);
  return planned ? Math.max(since_us - planned.begins_us, now_us - planned.ends_us) : null;
}

/** What is left of the row under way when it takes as long as planned; negative: it is over that. @param {Run} run @param {number} now_us */
export function left_us({ rows, row, since_us }, now_us) {
  const now = rows.find(({ id }) => id === row);
  return now ? since_us + now.minutes * MINUTE_US - now_us : 0;
}

/** The row that comes next; undefined after the last. @param {Run} run */
export function next_row({ rows, row }) {
  return rows[rows.findIndex(({ id }) => id === row) + 1];
}

/** What the countdown counts to, 0: nothing. @param {{start_us: number}} part @param {{talk: {start_us: number} | null, ended: unknown}} room @param {number} now_us */
export function counted_to({ start_us }, { talk, ended }, now_us) {
  const target = ended ? 0 : start_us < 0 ? talk?.start_us ?? 0 : start_us;
  return target > now_us ? target : 0;
}
