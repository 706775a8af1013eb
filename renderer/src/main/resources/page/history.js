// Timeline and frame-rate curve. The renderer keeps both; each second of the curve is then added from the health.

import { HUES } from "./emotions.js";
import { element, eventTime, number } from "./text.js";

const SECONDS = 300;
const WIDTH = 300;
const HEIGHT = 100;
const MIN_TOP = 10;

const KINDS = {
  emotion: "Emotion", investigation: "Investigation", alert: "Alert", renderer: "Renderer", backend: "Backend", redis: "Redis",
  model: "Model",
};

export class HistoryView {
  constructor() {
    this.sequence = -1;
    this.loading = false;
    this.rates = [];
  }

  /** Forgets what is known, for example after a lost connection. */
  invalidate() {
    this.sequence = -1;
  }

  /** @param {object} health adds one second to the curve, and loads the timeline if there are new events */
  async update(health) {
    if (this.sequence >= 0) {
      this.add(health.fps, health.targetFps);
    }
    if (health.historySequence === undefined || health.historySequence === this.sequence || this.loading) {
      return;
    }
    const reload = this.sequence < 0;
    this.loading = true;
    try {
      const response = await fetch("history", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (response.ok) {
        const history = await response.json();
        this.sequence = history.sequence;
        this.showEvents(history.events || []);
        if (reload) {
          this.setRates(history.frameRate || {});
        }
      }
    } catch {
      // The next health message tries again.
    } finally {
      this.loading = false;
    }
  }

  showEvents(events) {
    element("timeline-empty").hidden = events.length > 0;
    element("timeline-scroll").hidden = events.length === 0;
    element("timeline").replaceChildren(...events.reverse().map((event) => HistoryView.entry(event)));
  }

  /** Texts are untrusted: set as text, never as HTML. */
  static entry(event) {
    const entry = document.createElement("li");
    entry.dataset.kind = event.kind;
    entry.dataset.level = event.level;
    if (event.kind === "emotion") {
      entry.style.setProperty("--hue", HUES.get(String(event.title).toLowerCase()) ?? 210);
    }
    const time = document.createElement("time");
    time.dateTime = event.at;
    time.textContent = eventTime(Date.parse(event.at));
    const text = document.createElement("div");
    const title = document.createElement("p");
    title.className = "event-title";
    const kind = document.createElement("span");
    kind.className = "visually-hidden";
    kind.textContent = `${event.level === "info" ? "" : `${event.level} `}${KINDS[event.kind] || event.kind}: `;
    title.append(kind, event.title);
    text.append(title);
    if (event.detail) {
      const detail = document.createElement("p");
      detail.className = "event-detail";
      detail.textContent = event.detail;
      text.append(detail);
    }
    entry.append(time, text);
    return entry;
  }

  setRates({ fps = [], target = [] }) {
    this.rates = fps.map((value, i) => ({ fps: value, target: target[i] ?? null })).slice(-SECONDS);
    this.draw();
  }

  add(fps, target) {
    const known = typeof fps === "number";
    this.rates.push({ fps: known ? fps : null, target: known ? target : null });
    if (this.rates.length > SECONDS) {
      this.rates.shift();
    }
    this.draw();
  }

  draw() {
    const known = this.rates.filter((sample) => sample.fps !== null);
    const highest = Math.max(MIN_TOP, ...known.map((sample) => Math.max(sample.fps, sample.target ?? 0)));
    const top = Math.ceil(highest * 1.1 / 10) * 10;
    element("chart-top").textContent = `${top} fps`;
    element("chart-middle").textContent = `${top / 2}`;
    const y = (value) => (HEIGHT * (1 - value / top)).toFixed(1);
    const from = SECONDS - this.rates.length;
    let line = "";
    let area = "";
    let target = "";
    let open = -1;
    this.rates.forEach((sample, i) => {
      const x = ((from + i) * WIDTH / (SECONDS - 1)).toFixed(1);
      if (sample.fps === null) {
        area += open >= 0 ? `V${HEIGHT}Z` : "";
        open = -1;
        return;
      }
      line += `${open < 0 ? "M" : "L"}${x} ${y(sample.fps)}`;
      area += open < 0 ? `M${x} ${HEIGHT}V${y(sample.fps)}` : `L${x} ${y(sample.fps)}`;
      const before = this.rates[i - 1];
      if (sample.target !== null) {
        target += open >= 0 && before.target !== null ? `H${x}V${y(sample.target)}` : `M${x} ${y(sample.target)}`;
      }
      open = i;
    });
    element("chart-line").setAttribute("d", line);
    element("chart-area").setAttribute("d", area + (open >= 0 ? `V${HEIGHT}Z` : ""));
    element("chart-target").setAttribute("d", target);
    this.describe(known);
  }

  describe(known) {
    const last = known.at(-1);
    const text = last
      ? `Frame rate of the last 5 minutes: now ${number(last.fps, 0)} fps, target ${number(last.target, 0)} fps, lowest ${
        number(Math.min(...known.map((sample) => sample.fps)), 0)} fps`
      : "Frame rate: no data yet";
    element("chart-plot").setAttribute("aria-label", text);
  }
}
