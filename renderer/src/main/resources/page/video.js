// Video of low bandwidth: what the browser can decode, the user's choice, and the decoder.

const STORED = "avatar-format";
const CODECS = ["vp8"];
/** Colours of the renderer's video; without this, browsers guess by size. */
const COLOUR = { primaries: "bt709", transfer: "iec61966-2-1", matrix: "smpte170m", fullRange: false };

/** Whether the page comes from this machine, or through a tunnel that looks so. */
function isLoopback(host) {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}

export class Video {
  /**
   * @param {HTMLSelectElement} picker values "jpeg" and "video"; hidden where there is no decoder
   * @param {object} counters diagnostics, written here
   * @param {(message: object) => void} send to the renderer
   * @param {(text: string) => void} problem shows why there is no video
   */
  constructor(picker, counters, send, problem) {
    this.picker = picker;
    this.counters = counters;
    this.send = send;
    this.problem = problem;
    /** Codecs that the browser decodes; empty until known. */
    this.codecs = [];
    this.wanted = true;
    this.decoder = null;
    /** Frames given to the decoder, by timestamp. */
    this.pending = new Map();
  }

  async start() {
    this.picker.addEventListener("change", () => this.select());
    for (const codec of CODECS) {
      if (await Video.decodes(codec)) {
        this.codecs.push(codec);
      }
    }
    if (this.codecs.length === 0) {
      return;
    }
    this.picker.closest("div").hidden = false;
    this.picker.value = Video.stored() || (isLoopback(location.hostname) ? "jpeg" : "video");
    this.request();
  }

  static async decodes(codec) {
    if (typeof VideoDecoder !== "function") {
      return false;
    }
    try {
      return (await VideoDecoder.isConfigSupported({ codec })).supported === true;
    } catch {
      return false;
    }
  }

  static stored() {
    try {
      return ["jpeg", "video"].find((value) => value === localStorage.getItem(STORED));
    } catch {
      return undefined; // without storage, every visit starts with the default
    }
  }

  select() {
    try {
      localStorage.setItem(STORED, this.picker.value);
    } catch {
      // The selection lasts until the page is closed.
    }
    this.request();
  }

  /** Sets whether moving images are wanted: while paused, single JPEGs are cheaper. */
  setWanted(wanted) {
    if (this.wanted !== wanted) {
      this.wanted = wanted;
      this.request();
    }
  }

  /** Asks the renderer for the selected format; a reconnection starts with JPEG. */
  request() {
    const video = this.picker.value === "video" && this.wanted;
    if (video || this.counters.codec) {
      this.send({ type: "video", codecs: video ? this.codecs : [] });
    }
  }

  /** The connection is new: its format is JPEG. */
  reset() {
    this.stop();
    this.counters.codec = "";
    this.request();
  }

  /** The renderer's answer. @param {{codec: string, detail: string}} message */
  answer(message) {
    this.counters.codec = message.codec;
    if (message.detail) {
      this.picker.value = "jpeg";
      this.problem(`No video: ${message.detail}`);
    }
    if (!message.codec) {
      this.stop();
    }
  }

  /** Decodes a frame; done gets the image, which it must close, or null. */
  decode(frame, done) {
    try {
      if (!this.decoder) {
        if (!frame.key) {
          done(null);
          return;
        }
        this.open(this.counters.codec || CODECS[0]);
      }
      this.pending.set(frame.sequence, done);
      this.decoder.decode(new EncodedVideoChunk({ type: frame.key ? "key" : "delta", timestamp: frame.sequence, data: frame.data }));
    } catch (error) {
      this.pending.delete(frame.sequence);
      done(null);
      this.fail(error);
    }
  }

  open(codec) {
    const decoder = new VideoDecoder({
      output: (image) => {
        const done = this.pending.get(image.timestamp);
        this.pending.delete(image.timestamp);
        if (done) {
          done(image);
        } else {
          image.close();
        }
      },
      error: (error) => {
        if (this.decoder === decoder) {
          this.fail(error);
        }
      },
    });
    decoder.configure({ codec, optimizeForLatency: true, colorSpace: COLOUR });
    this.decoder = decoder;
  }

  /** Returns to JPEG. */
  fail(error) {
    console.warn("video decoding failed:", error);
    this.counters.decodeErrors++;
    this.stop();
    this.picker.value = "jpeg";
    this.send({ type: "video", codecs: [] });
    this.problem("This browser cannot decode the video. Images are sent instead.");
  }

  /** Closes the decoder and skips what it has not decoded. */
  stop() {
    const decoder = this.decoder;
    this.decoder = null;
    if (decoder && decoder.state !== "closed") {
      decoder.close();
    }
    const skipped = [...this.pending.values()];
    this.pending.clear();
    skipped.forEach((done) => done(null));
  }
}
