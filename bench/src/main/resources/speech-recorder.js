// Records what a viewer of the page sees and hears: the opening of the mouth in each displayed frame, and the loudness of the sound. Times are Unix
// time in milliseconds. Runs before the page's own scripts.
(() => {
  /** Area of the mouth of the built-in avatar, shares of width and height. An open mouth is dark. */
  const MOUTH = { x: 0.44, y: 0.61, width: 0.12, height: 0.15 };
  const DARK = 85;
  const SIZE = 32;
  const record = window.__record = { frames: [], sound: [], context: null };
  const unix = (millis) => performance.timeOrigin + millis;

  const small = new OffscreenCanvas(SIZE, SIZE).getContext("2d", { willReadFrequently: true });
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (image, ...rest) {
    draw.call(this, image, ...rest);
    const { width, height } = this.canvas;
    small.drawImage(this.canvas, MOUTH.x * width, MOUTH.y * height, MOUTH.width * width, MOUTH.height * height, 0, 0, SIZE, SIZE);
    const pixels = small.getImageData(0, 0, SIZE, SIZE).data;
    let dark = 0;
    for (let i = 0; i < pixels.length; i += 4) {
      dark += (pixels[i] + pixels[i + 1] + pixels[i + 2]) / 3 < DARK ? 1 : 0;
    }
    record.frames.push([unix(performance.now()), dark / SIZE / SIZE]);
  };

  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode && !record.context) {
      record.context = this.context;
      const analyser = this.context.createAnalyser();
      analyser.fftSize = 512;
      connect.call(this, analyser);
      const samples = new Float32Array(analyser.fftSize);
      const half = analyser.fftSize / 2 / this.context.sampleRate;
      setInterval(() => {
        const stamp = this.context.getOutputTimestamp();
        analyser.getFloatTimeDomainData(samples);
        const energy = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        const heardAt = stamp.performanceTime + (this.context.currentTime - half - stamp.contextTime) * 1000;
        record.sound.push([unix(heardAt), Math.sqrt(energy)]);
      }, 8);
    }
    return connect.call(this, to, ...rest);
  };
})();
