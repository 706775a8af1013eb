// When frames are shown while the avatar speaks: each at its time plus a delay that nearly all of them keep, so that sound and image can share one
// clock. Otherwise each is shown at once.

/** Frames whose delay is considered, about five seconds. */
const WINDOW = 150;
/** Share of the frames that are in time. */
const IN_TIME = 0.97;
const MAX_DELAY_MILLIS = 250;
/** How fast the delay may change while sound plays; the sound follows by reading faster or slower. */
const SLEW_PER_MILLI = 0.008;
/** A larger distance is not followed, but corrected at once: the sound has a gap then. */
const MAX_LAG_MILLIS = 120;
/** Frames that wait; decoded ones are large. */
const MAX_HELD = 12;
/** A timer is not exact; the screen shows images every 17 ms. */
const EARLY_MILLIS = 4;

/** Times are milliseconds; those of frames are the renderer's, those of the page performance.now(). */
export class Presentation {
  constructor() {
    this.delays = [];
    this.next = 0;
    this.delay = 0;
    this.changedAt = null;
    this.held = [];
    this.timer = 0;
    this.holding = false;
  }

  /** Whether frames wait for their time. At the end those that wait are discarded, except the newest. */
  hold(active) {
    if (this.holding && !active) {
      this.release(Infinity);
    }
    this.holding = active;
  }

  /**
   * A frame is decoded.
   * @param {number} time of the frame
   * @param {number} now
   * @param {() => void} show
   * @param {() => void} discard called instead of show when a newer frame is due
   */
  push(time, now, show, discard) {
    this.delays[this.next] = now - time;
    this.next = (this.next + 1) % WINDOW;
    this.follow(now);
    if (!this.holding) {
      show();
      return;
    }
    this.held.push({ time, show, discard });
    if (this.held.length > MAX_HELD) {
      this.held.shift().discard();
    }
    this.release(now);
  }

  /** Moves the delay towards what the frames of the last seconds need: slowly while sound plays. */
  follow(now) {
    const sorted = [...this.delays].sort((a, b) => a - b);
    const wanted = Math.min(sorted[Math.floor(IN_TIME * (sorted.length - 1))], sorted[0] + MAX_DELAY_MILLIS);
    const step = this.holding && this.changedAt !== null ? SLEW_PER_MILLI * (now - this.changedAt) : Infinity;
    const change = wanted - this.delay;
    this.delay = Math.abs(change) > MAX_LAG_MILLIS ? wanted : this.delay + Math.max(-step, Math.min(step, change));
    this.changedAt = now;
  }

  /** How long the frame that arrives fastest waits. */
  heldMillis() {
    return this.holding ? this.delay - Math.min(...this.delays) : 0;
  }

  /** Shows the newest frame that is due, and waits for the next. */
  release(now) {
    clearTimeout(this.timer);
    this.timer = 0;
    let due = 0;
    while (due < this.held.length && this.held[due].time + this.delay <= now + EARLY_MILLIS) {
      due++;
    }
    const frames = this.held.splice(0, due);
    const newest = frames.pop();
    frames.forEach((frame) => frame.discard());
    newest?.show();
    if (this.held.length > 0) {
      this.timer = setTimeout(() => this.release(performance.now()), Math.max(0, this.held[0].time + this.delay - now));
    }
  }
}
