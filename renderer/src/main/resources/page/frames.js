// Frames from the renderer: the header of each JPEG or frame of video, decoding, and display of the newest frame only.

const HEADER_BYTES = 32;
const MAGIC = 0x4241;
const VERSION = 1;
/** Flags of the header. */
const VIDEO = 1;
const KEY = 2;
/** Delay of the acknowledgement of frames that are not wanted: the server then sends about four per second. */
const UNWANTED_DELAY_MILLIS = 500;

/**
 * Reads the 32-byte header of a binary message; all numbers are big-endian.
 * @param {ArrayBuffer} message
 */
export function parseFrame(message) {
  if (message.byteLength <= HEADER_BYTES) {
    throw new Error(`frame of ${message.byteLength} bytes: expected more than ${HEADER_BYTES}`);
  }
  const view = new DataView(message);
  if (view.getUint16(0) !== MAGIC || view.getUint8(2) !== VERSION) {
    throw new Error("unknown frame format: reload the page");
  }
  return {
    video: (view.getUint8(3) & VIDEO) !== 0,
    key: (view.getUint8(3) & KEY) !== 0,
    renderMicros: view.getUint32(4),
    sequence: Number(view.getBigUint64(8)),
    stateSequence: Number(view.getBigUint64(16)),
    width: view.getUint16(24),
    height: view.getUint16(26),
    publishedMillis: view.getUint32(28),
    acknowledgement: new Uint8Array(message, 8, 8),
    data: new Uint8Array(message, HEADER_BYTES),
  };
}

/** Decodes and displays frames one at a time; a waiting frame is replaced by a newer one. */
export class FramePainter {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {object} counters diagnostics, written here
   * @param {(frame: object) => void} onDisplayed
   * @param {import("./video.js").Video} video decodes frames of video
   */
  constructor(canvas, counters, onDisplayed, video) {
    this.video = video;
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.counters = counters;
    this.onDisplayed = onDisplayed;
    /** Shows a decoded frame with show(), at once or later, or calls discard(). */
    this.present = (frame, show, discard) => show();
    this.waiting = null;
    this.busy = false;
    /** Minimum time between two displayed frames; Infinity displays none after the first. */
    this.intervalMillis = 0;
    this.displayedAt = -Infinity;
  }

  /** @param {ArrayBuffer} message @param {(acknowledgement: Uint8Array) => void} done called when the frame has been displayed or skipped */
  push(message, done) {
    const frame = parseFrame(message);
    frame.done = done;
    this.counters.bytes += message.byteLength;
    if (frame.video) {
      this.video.decode(frame, (image) => this.show(frame, image));
      return;
    }
    if (performance.now() - this.displayedAt < this.intervalMillis) {
      this.counters.skipped++;
      setTimeout(() => done(frame.acknowledgement), UNWANTED_DELAY_MILLIS);
      return;
    }
    if (this.waiting) {
      this.counters.skipped++;
      this.waiting.done(this.waiting.acknowledgement);
    }
    this.waiting = frame;
    if (!this.busy) {
      this.paint();
    }
  }

  async paint() {
    this.busy = true;
    while (this.waiting) {
      const frame = this.waiting;
      this.waiting = null;
      try {
        if (document.hidden) {
          this.counters.skipped++;
        } else {
          const bitmap = await createImageBitmap(new Blob([frame.data], { type: "image/jpeg" }));
          this.present(frame, () => this.draw(frame, bitmap), () => this.discard(bitmap));
        }
      } catch (error) {
        this.counters.decodeErrors++;
        console.warn("frame decoding failed:", error);
      }
      frame.done(frame.acknowledgement);
    }
    this.busy = false;
  }

  /** Displays a decoded frame of video unless it is hidden, and acknowledges it. @param {VideoFrame | null} image null if it cannot be decoded */
  show(frame, image) {
    if (!image) {
      this.counters.skipped++;
    } else if (document.hidden) {
      this.discard(image);
    } else {
      this.present(frame, () => this.draw(frame, image), () => this.discard(image));
    }
    frame.done(frame.acknowledgement);
  }

  /** @param {ImageBitmap | VideoFrame} image closed here */
  discard(image) {
    image.close();
    this.counters.skipped++;
  }

  /** @param {ImageBitmap | VideoFrame} bitmap closed here */
  draw(frame, bitmap) {
    const { canvas, counters } = this;
    if (canvas.width !== frame.width || canvas.height !== frame.height) {
      canvas.width = frame.width;
      canvas.height = frame.height;
    }
    this.context.drawImage(bitmap, 0, 0, frame.width, frame.height);
    bitmap.close();
    this.displayedAt = performance.now();
    counters.frames++;
    counters.lastSequence = frame.sequence;
    counters.lastStateSequence = frame.stateSequence;
    counters.width = frame.width;
    counters.height = frame.height;
    counters.format = frame.video ? "video" : "jpeg";
    this.onDisplayed(frame);
  }
}

/** Event rate over the last two seconds. */
export class RateMeter {
  constructor() {
    this.times = [];
  }

  mark(now) {
    this.times.push(now);
    this.discardOld(now);
  }

  /** Events per second over the last two seconds, or over the time since the first event if shorter. */
  rate(now) {
    this.discardOld(now);
    if (this.times.length < 2) {
      return 0;
    }
    return (this.times.length - 1) * 1000 / Math.max(now - this.times[0], 250);
  }

  discardOld(now) {
    while (this.times.length && now - this.times[0] > 2000) {
      this.times.shift();
    }
  }
}
