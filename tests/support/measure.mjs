// A measure that what else the machine does may spoil.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

/**
 * Takes a measure up to three times, until it is good: one bad measure may be the machine's, three are ours.
 * @template T
 * @param {(before: T[]) => Promise<T>} measure gets those before
 * @param {(figure: T) => boolean} is_good
 * @returns {Promise<T>} the good one
 * @throws {AssertionError} with all of them when none is good
 */
export async function measured(measure, is_good) {
  const figures = [];
  do figures.push(await measure([...figures]));
  while (!is_good(figures.at(-1)) && figures.length < 3);
  assert.ok(is_good(figures.at(-1)), `none is good by ${is_good}: ${inspect(figures, { depth: 6, maxArrayLength: 1000 })}`);
  return figures.at(-1);
}
