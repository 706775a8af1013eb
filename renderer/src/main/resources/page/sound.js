// Sound and captions of the speaking avatar. The page and its audio worklet load the same file.
//
// Times are the renderer's, in milliseconds modulo 2^32. A delay, the same for frames and sound, determines when the page shows the frame of a time
// and plays the sample of that time.

import { Presentation } from "./presentation.js";

const MAGIC = 0x4253;
const HEADER_BYTES = 24;
const FIRST = 1;
const LAST = 2;
const WRAP = 2 ** 32;
const REPORT_MAGIC = 0x42535231;
const REPORT_MILLIS = 1000;
/** How long frames keep their delay after a text. */
const AFTER_MILLIS = 300;
/** Sound farther off than this jumps to its place; below it the reading speed changes, by at most MAX_CORRECTION. */
const JUMP_MILLIS = 60;
const MAX_CORRECTION = 0.01;
const CORRECTION_PER_MILLI = 0.001;
const MAX_PACKETS = 64;

/** Whether a binary message is sound; otherwise it is a frame. */
export function isSound(message) {
  return message.byteLength > HEADER_BYTES && new DataView(message).getUint16(0) === MAGIC;
}

/** The shortest way from one time to another, across the wrap. */
function difference(to, from) {
  const positive = (((to - from) % WRAP) + WRAP) % WRAP;
  return positive >= WRAP / 2 ? positive - WRAP : positive;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/**
 * Reads packets at the place where the page wants to be; runs on the audio thread.
 * @param {Function} base AudioWorkletProcessor
 */
export function readerClass(base) {
  return class extends base {
    constructor() {
      super();
      this.packets = [];
      this.base = null;
      this.position = null;
      this.gaps = 0;
      this.inGap = false;
      this.blocks = 0;
      this.port.onmessage = ({ data }) => this.receive(data);
    }

    receive(data) {
      if (data.base !== undefined) {
        this.base = data.base;
      } else if (data.clear) {
        this.packets = [];
      } else if (this.packets.length < MAX_PACKETS) {
        this.packets.push(data);
      }
    }

    process(inputs, outputs) {
      const out = outputs[0][0];
      if (this.base === null || !out) {
        return true;
      }
      const wanted = currentTime * 1000 + this.base;
      if (this.position === null || this.packets.length === 0 || Math.abs(wanted - this.position) > JUMP_MILLIS) {
        this.position = wanted;
      }
      const correction = (wanted - this.position) * CORRECTION_PER_MILLI;
      const speed = 1 + Math.max(-MAX_CORRECTION, Math.min(MAX_CORRECTION, correction));
      const step = speed * 1000 / sampleRate;
      const started = this.position;
      let sounded = false;
      for (let i = 0; i < out.length; i++) {
        const sample = this.sample(this.position);
        out[i] = sample ?? 0;
        sounded ||= sample !== null;
        this.position += step;
      }
      if (++this.blocks % 16 === 0) {
        this.port.postMessage({ time: currentTime, position: started, sounded, gaps: this.gaps });
        this.gaps = 0;
      }
      return true;
    }

    /** The sample at a time, interpolated; null where there is none. */
    sample(time) {
      while (this.packets.length && time >= this.packets[0].end) {
        const done = this.packets.shift();
        this.inGap = !done.last && this.packets.length === 0;
        this.gaps += this.inGap ? 1 : 0;
      }
      const packet = this.packets[0];
      if (!packet || time < packet.start) {
        return null;
      }
      const at = (time - packet.start) * packet.rate / 1000;
      const index = Math.min(Math.floor(at), packet.samples.length - 1);
      const here = packet.samples[index];
      const following = this.packets[1];
      const next = index + 1 < packet.samples.length ? packet.samples[index + 1] : following?.samples[0] ?? here;
      return here + (next - here) * (at - index);
    }
  };
}

/** Sound, its button and captions. */
export class Sound {
  /**
   * @param {HTMLElement} stage parent of button and captions
   * @param {object} counters diagnostics, written here as counters.sound
   * @param {(report: ArrayBuffer) => void} report sends a report to the renderer
   */
  constructor(stage, counters, report) {
    this.report = report;
    this.counters = counters.sound = { available: false, on: false, phase: "", id: 0, offsetMillis: null, heldMillis: 0, gaps: 0, packets: 0, offsets: [] };
    this.context = null;
    this.reader = null;
    this.origin = null;
    this.presentation = new Presentation();
    this.afterTimer = 0;
    this.anchor = { id: 0, start: 0 };
    this.heard = null;
    this.lastReport = 0;
    this.offsets = [];
    this.gaps = 0;
    this.build(stage);
  }

  build(stage) {
    const style = new CSSStyleSheet();
    style.replaceSync(`
      .speech-caption { position: absolute; inset: auto 8% 1.2rem; margin: 0 auto; width: fit-content; max-width: 84%; padding: .35em .7em;
        border-radius: .5em; background: #000b; color: #fff; font-size: 1.05rem; line-height: 1.4; text-align: center; overflow-wrap: anywhere; pointer-events: none; }
      .speech-sound { position: absolute; right: .75rem; top: .75rem; z-index: 2; padding: .4em .8em; border: 1px solid #fff6; border-radius: 2em;
        background: #000b; color: #fff; font: inherit; cursor: pointer; }
      .speech-caption[hidden], .speech-sound[hidden] { display: none; }
      .badges:has(~ .speech-sound:not([hidden])) { right: 7rem; }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.id = "sound";
    this.button.className = "speech-sound";
    this.button.hidden = true;
    this.button.addEventListener("click", () => this.toggle());
    this.captions = document.createElement("p");
    this.captions.id = "speech-caption";
    this.captions.className = "speech-caption";
    this.captions.setAttribute("aria-live", "polite");
    this.captions.hidden = true;
    stage.append(this.button, this.captions);
    this.label();
  }

  label() {
    const possible = typeof AudioWorkletNode === "function";
    this.button.disabled = !possible;
    this.button.textContent = !possible ? "No sound: needs https or localhost" : this.counters.on ? "Mute" : "Unmute";
    this.button.setAttribute("aria-pressed", String(this.counters.on));
  }

  /** Started by a click: browsers allow no sound before one. */
  async toggle() {
    if (this.counters.on) {
      this.counters.on = false;
      await this.context.suspend();
    } else {
      if (!this.context) {
        const context = new AudioContext({ latencyHint: "interactive" });
        await context.audioWorklet.addModule("sound.js");
        const reader = new AudioWorkletNode(context, "speech-reader", { numberOfInputs: 0, outputChannelCount: [1] });
        reader.port.onmessage = ({ data }) => this.played(data);
        reader.connect(context.destination);
        this.context = context;
        this.reader = reader;
      }
      await this.context.resume();
      this.reader.port.postMessage({ clear: true });
      this.counters.on = true;
    }
    this.holdFrames();
    this.label();
  }

  /** @param {{id: number, phase: string, text: string, language: string}} speech */
  caption(speech) {
    const { counters, captions } = this;
    counters.available = true;
    counters.phase = speech.phase;
    counters.id = speech.id;
    this.button.hidden = false;
    captions.hidden = speech.phase !== "speaking";
    captions.textContent = captions.hidden ? "" : speech.text;
    captions.lang = speech.language || "";
    if (speech.phase === "stopped") {
      this.reader?.port.postMessage({ clear: true });
    }
    this.holdFrames();
  }

  /** Frames keep their delay while sound plays: with the text until its sound has ended here. */
  holdFrames() {
    const { on, phase } = this.counters;
    clearTimeout(this.afterTimer);
    if (on && phase === "ended" && this.presentation.holding) {
      this.afterTimer = setTimeout(() => this.presentation.hold(false), this.presentation.delay + AFTER_MILLIS);
    } else {
      this.presentation.hold(on && phase === "speaking");
    }
  }

  /** @param {ArrayBuffer} message */
  packet(message) {
    this.counters.packets++;
    if (!this.counters.on) {
      return;
    }
    const view = new DataView(message);
    const flags = view.getUint8(3);
    const id = view.getUint32(4);
    const rate = view.getUint32(16);
    const position = view.getUint32(20) * 1000 / rate;
    const time = this.since((Number(view.getBigUint64(8)) / 1000) % WRAP) - position;
    if (id !== this.anchor.id || flags & FIRST || Math.abs(time - this.anchor.start) > JUMP_MILLIS) {
      this.anchor = { id, start: time };
    }
    const samples = Float32Array.from(new Int16Array(message, HEADER_BYTES), (sample) => sample / 32768);
    const start = this.anchor.start + position;
    this.aim();
    this.reader.port.postMessage(
      { start, end: start + samples.length * 1000 / rate, rate, samples, last: Boolean(flags & LAST) }, [samples.buffer]);
  }

  /** Renderer time relative to the first one seen. */
  since(millis) {
    this.origin ??= millis;
    return difference(millis, this.origin);
  }

  /** Renderer time of a frame: that of its pose. */
  timeOf(frame) {
    return this.since(frame.publishedMillis - frame.renderMicros / 1000);
  }

  /**
   * Shows a decoded frame at its time.
   * @param frame its render time and publication time
   * @param {() => void} show @param {() => void} discard called instead when a newer frame is due
   */
  present(frame, show, discard) {
    this.presentation.push(this.timeOf(frame), performance.now(), show, discard);
  }

  /** @param frame as above @param {number} now when it was shown */
  frameShown(frame, now) {
    this.counters.heldMillis = this.presentation.heldMillis();
    if (this.counters.on) {
      this.aim();
      this.measure(this.timeOf(frame), now);
    }
  }

  /** Sends the reader the renderer time that belongs to the audio clock. */
  aim() {
    if (this.presentation.changedAt !== null) {
      const { performanceTime, contextTime } = this.outputTime();
      this.reader.port.postMessage({ base: performanceTime - contextTime * 1000 - this.presentation.delay });
    }
  }

  /** When a sample of the audio clock leaves the device. */
  outputTime() {
    const stamp = this.context.getOutputTimestamp?.();
    return stamp && stamp.performanceTime > 0
      ? stamp
      : { performanceTime: performance.now() + (this.context.outputLatency || 0) * 1000, contextTime: this.context.currentTime };
  }

  played(message) {
    this.heard = message.sounded ? message : null;
    this.gaps += message.gaps;
    this.counters.gaps += message.gaps;
  }

  /** Compares the frame just shown with the sound heard at the same moment. */
  measure(frameTime, now) {
    if (this.heard) {
      const { performanceTime, contextTime } = this.outputTime();
      const contextNow = contextTime + (now - performanceTime) / 1000;
      const soundTime = this.heard.position + (contextNow - this.heard.time) * 1000;
      this.offsets.push(frameTime - soundTime);
      this.counters.offsets.push(frameTime - soundTime);
      if (this.counters.offsets.length > 20000) {
        this.counters.offsets.shift();
      }
    }
    if (now - this.lastReport >= REPORT_MILLIS && this.offsets.length > 0) {
      this.lastReport = now;
      this.counters.offsetMillis = median(this.offsets);
      const report = new DataView(new ArrayBuffer(12));
      report.setUint32(0, REPORT_MAGIC);
      report.setInt32(4, Math.round(this.counters.offsetMillis * 1000));
      report.setUint32(8, this.gaps);
      this.report(report.buffer);
      this.offsets = [];
      this.gaps = 0;
    }
  }
}

if (globalThis.registerProcessor) {
  globalThis.registerProcessor("speech-reader", readerClass(AudioWorkletProcessor));
}
