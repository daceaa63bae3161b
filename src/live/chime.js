// A soft sound when somebody waits at the door, or was let in.

/** @type {AudioContext | null} */ let context = null;

/** Two soft notes. A browser that lets no sound begin before a click stays silent. */
export function chime() {
  context ??= new AudioContext();
  const now = context.currentTime;
  for (const [i, hertz] of [523, 659].entries()) {
    const note = context.createOscillator(), loud = context.createGain(), at = now + i * 0.18;
    note.frequency.value = hertz;
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(0.06, at + 0.03);
    loud.gain.exponentialRampToValueAtTime(0.0005, at + 0.6);
    note.connect(loud).connect(context.destination);
    note.start(at);
    note.stop(at + 0.65);
  }
}
