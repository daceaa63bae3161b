// Sound looked at: what ffmpeg decodes, how loud one tone is in it over time, and how far two courses of loudness lie apart.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export const RATE_HZ = 48000, STEP_MS = 2;
const STEP = RATE_HZ * STEP_MS / 1000;

/** The sound of a file as its time line has it, one channel; ffmpeg may say nothing. @returns {Promise<Float32Array>} */
export async function hear(file) {
  const { stdout, stderr } = await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-xerror', '-i', file, '-vn',
    '-af', 'aresample=async=1:first_pts=0', '-ac', '1', '-ar', String(RATE_HZ), '-f', 'f32le', '-'], { encoding: 'buffer', maxBuffer: 1 << 28 });
  if (stderr.length) throw new Error(stderr.toString());
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + (stdout.length & ~3)));
}

/** How loud the tone is, every STEP_MS, over a window of `window_ms` around. @returns {Float64Array} amplitudes */
export function loudness(samples, hz, window_ms = 20) {
  const steps = Math.floor(samples.length / STEP), half = Math.round(window_ms / STEP_MS / 2), turn = 2 * Math.PI * hz / RATE_HZ;
  const re = new Float64Array(steps + 1), im = new Float64Array(steps + 1), out = new Float64Array(steps);
  for (let i = 0; i < steps; i++) { // sums up to each step
    let a = 0, b = 0;
    for (let n = i * STEP; n < (i + 1) * STEP; n++) {
      a += samples[n] * Math.cos(turn * n);
      b += samples[n] * Math.sin(turn * n);
    }
    re[i + 1] = re[i] + a;
    im[i + 1] = im[i] + b;
  }
  for (let i = 0; i < steps; i++) {
    const from = Math.max(0, i - half), to = Math.min(steps, i + half);
    out[i] = 2 * Math.hypot(re[to] - re[from], im[to] - im[from]) / ((to - from) * STEP);
  }
  return out;
}

/** By how many ms `one` comes after `other`, and how alike they then are (1: the same). */
export function offset(one, other, most_ms = 1000) {
  const most = most_ms / STEP_MS, to = Math.min(one.length, other.length) - most;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const a = mean(one), b = mean(other);
  let best = { ms: NaN, alike: -1 };
  for (let lag = -most; lag <= most; lag++) {
    let both = 0, first = 0, second = 0;
    for (let i = most; i < to; i++) {
      const x = one[i + lag] - a, y = other[i] - b;
      both += x * y;
      first += x * x;
      second += y * y;
    }
    const alike = both / Math.sqrt(first * second);
    if (alike > best.alike) best = { ms: lag * STEP_MS, alike };
  }
  return best;
}
