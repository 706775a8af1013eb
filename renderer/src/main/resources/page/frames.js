// Pictures from the renderer: the header in front of each JPEG, decoding, and drawing of the newest only.

const HEADER_BYTES = 32;
const MAGIC = 0x4241;
const VERSION = 1;

/**
 * Reads the 32-byte header of a binary message; all numbers are big-endian.
 * @param {ArrayBuffer} message
 */
export function parseFrame(message) {
  if (message.byteLength <= HEADER_BYTES) {
    throw new Error(`a frame of ${message.byteLength} bytes: expected more than ${HEADER_BYTES}`);
  }
  const view = new DataView(message);
  if (view.getUint16(0) !== MAGIC || view.getUint8(2) !== VERSION) {
    throw new Error("a frame in a format that this page does not know: reload the page");
  }
  return {
    renderMicros: view.getUint32(4),
    sequence: Number(view.getBigUint64(8)),
    stateSequence: Number(view.getBigUint64(16)),
    width: view.getUint16(24),
    height: view.getUint16(26),
    publishedMillis: view.getUint32(28),
    acknowledgement: new Uint8Array(message, 8, 8),
    jpeg: new Blob([new Uint8Array(message, HEADER_BYTES)], { type: "image/jpeg" }),
  };
}

/** Decodes frames one at a time and draws each; a frame that waits is replaced by a newer one. */
export class FramePainter {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {object} counters diagnostics, written here
   * @param {(frame: object) => void} onDrawn
   */
  constructor(canvas, counters, onDrawn) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.counters = counters;
    this.onDrawn = onDrawn;
    this.waiting = null;
    this.busy = false;
  }

  /** @param {ArrayBuffer} message @param {(acknowledgement: Uint8Array) => void} done called once the frame is shown or skipped */
  push(message, done) {
    const frame = parseFrame(message);
    frame.done = done;
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
          this.draw(frame, await createImageBitmap(frame.jpeg));
        }
      } catch (error) {
        this.counters.decodeErrors++;
        console.warn("a frame could not be decoded", error);
      }
      frame.done(frame.acknowledgement);
    }
    this.busy = false;
  }

  draw(frame, bitmap) {
    const { canvas, counters } = this;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    this.context.drawImage(bitmap, 0, 0);
    bitmap.close();
    counters.frames++;
    counters.lastSequence = frame.sequence;
    counters.lastStateSequence = frame.stateSequence;
    counters.width = frame.width;
    counters.height = frame.height;
    this.onDrawn(frame);
  }
}

/** How many things happened in each of the last seconds. */
export class RateMeter {
  constructor() {
    this.times = [];
  }

  mark(now) {
    this.times.push(now);
    this.forget(now);
  }

  /** Events a second over the last two seconds, or less when it has not run that long. */
  rate(now) {
    this.forget(now);
    if (this.times.length < 2) {
      return 0;
    }
    return (this.times.length - 1) * 1000 / Math.max(now - this.times[0], 250);
  }

  forget(now) {
    while (this.times.length && now - this.times[0] > 2000) {
      this.times.shift();
    }
  }
}
