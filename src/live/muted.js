// Who speaks into a microphone that is off hears of it. One's own voice is listened to here alone: nothing of it leaves this machine.

import { meter } from "./meter.js";

const A_SECOND = 10, KEPT = 3 * A_SECOND; // the meter's measures
const LOUD = 40, ABOVE_NOISE = 20; // of the meter's 100: -38 dB, and 12 dB over the quietest moment

let stop = () => {};
/** @type {MediaStreamTrack | null} */ let heeded = null;

/** Whether these are a voice, and no hum and no keys: loud for most of the last second, after a pause. @param {number[]} levels of three seconds, the newest last */
export function is_voice(levels) {
  const loud = Math.max(LOUD, Math.min(...levels) + ABOVE_NOISE);
  return levels.slice(-A_SECOND).filter((level) => level >= loud).length > A_SECOND / 2;
}

/**
 * Listens until a voice comes or something else is to be listened to.
 * @param {MediaStreamTrack | null} track a microphone that is off, null: none
 * @param {() => void} tell called once
 */
export function listen(track, tell) {
  if (track === heeded)
    return;
  stop();
  heeded = track;
  if (!track)
    return;
  const own = track.clone();
  /** @type {number[]} */ const levels = [];
  own.enabled = true;
  const stop_meter = meter(own, (level) => {
    levels.push(level);
    if (levels.length > KEPT)
      levels.shift();
    if (is_voice(levels)) {
      stop();
      tell();
    }
  });
  stop = () => {
    stop = () => {};
    stop_meter();
    own.stop();
  };
}
