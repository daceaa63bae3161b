// A page that is watched for an hour without being touched keeps the screen lit while it is seen. Where that cannot be asked for, the
// machine's settings decide.

/** @type {Promise<WakeLockSentinel> | undefined} */ let lock;
let wanted = false;

// browsers take the lock back from a page that is hidden
document.addEventListener("visibilitychange", () => stay_lit(wanted));

/** @param {boolean} lit */
export function stay_lit(lit) {
  wanted = lit;
  if (document.visibilityState !== "visible")
    return;
  lock?.then((one) => one.release(), () => {});
  lock = lit ? navigator.wakeLock?.request("screen") : undefined;
  lock?.catch(() => {});
}
