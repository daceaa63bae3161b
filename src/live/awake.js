// A page that is watched for an hour without being touched: the machine stays awake while it is seen. Where that cannot be asked for,
// its settings decide.

/** @type {WakeLockSentinel | null} */ let lock = null;
let wanted = false;

async function ask() {
  if (!wanted || document.visibilityState !== "visible")
    return;
  lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  if (!wanted)
    may_sleep();
}

export function stay_awake() {
  if (wanted)
    return;
  wanted = true;
  document.addEventListener("visibilitychange", ask); // browsers take the lock back from a page that is hidden
  ask();
}

export function may_sleep() {
  wanted = false;
  document.removeEventListener("visibilitychange", ask);
  lock?.release();
  lock = null;
}
