// Simulates the page's reader of sound for hours beside an audio clock that runs at another rate; the value is the largest distance in milliseconds
// and the number of gaps.
(async ({ hours, ppm }) => {
  const { readerClass } = await import("./sound.js");
  const RATE = 8000;
  const BLOCK = 128;
  const PACKET_MILLIS = 40;
  const clock = { currentTime: 0 };
  class Port {
    constructor() {
      this.port = { postMessage: (message) => { clock.last = message; clock.gaps += message.gaps; } };
    }
  }
  clock.gaps = 0;
  const real = { currentTime: Object.getOwnPropertyDescriptor(window, "currentTime"), sampleRate: Object.getOwnPropertyDescriptor(window, "sampleRate") };
  Object.defineProperty(window, "currentTime", { configurable: true, get: () => clock.currentTime });
  Object.defineProperty(window, "sampleRate", { configurable: true, get: () => RATE });
  const reader = new (readerClass(Port))();
  const out = [[new Float32Array(BLOCK)]];
  let sent = 0;
  let worst = 0;
  let sounded = 0;
  const blocks = hours * 3600 * RATE / BLOCK;
  for (let i = 0; i < blocks; i++) {
    const audio = i * BLOCK / RATE;
    // Time of the frames, while the audio clock shows this.
    const millis = audio * 1000 / (1 + ppm * 1e-6);
    clock.currentTime = audio;
    while (sent < millis + 250) {
      reader.receive({ start: sent, end: sent + PACKET_MILLIS, rate: RATE, samples: new Float32Array(RATE * PACKET_MILLIS / 1000), last: false });
      sent += PACKET_MILLIS;
    }
    if (i % 2 === 0) { // as often as frames are shown
      reader.receive({ base: millis - audio * 1000 });
    }
    reader.process([], out);
    if (i % 16 === 15 && clock.last.sounded && i > 1000) {
      sounded++;
      worst = Math.max(worst, Math.abs(clock.last.position - clock.last.time * 1000 / (1 + ppm * 1e-6)));
    }
  }
  for (const [name, value] of Object.entries(real)) {
    value ? Object.defineProperty(window, name, value) : delete window[name];
  }
  return { worst, gaps: clock.gaps, sounded };
})
