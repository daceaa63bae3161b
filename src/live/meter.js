// How loud a microphone is.

/**
 * The loudness of a microphone, 0 to 100, ten times a second; silent where the browser has not let sound start.
 * @param {MediaStreamTrack} track @param {(level: number) => void} show
 * @returns {() => void} stops it
 */
export function meter(track, show) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  const source = context.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
    show(Math.max(0, Math.min(100, Math.round(100 + 10 * Math.log10(power + 1e-10) * 1.6))));
  }, 100);
  return () => {
    clearInterval(timer);
    context.close();
  };
}
