// Reports the size of the avatar's area in device pixels to the renderer, with the frame height that the user selects.

const STORED = "avatar-lines";
const DELAY_MILLIS = 200;

export class ResolutionReporter {
  /**
   * @param {HTMLElement} area shows the frames
   * @param {HTMLSelectElement} picker frame heights; value "0" is automatic
   * @param {(message: object) => void} send called at each change; a reconnection sends {@link view} again
   */
  constructor(area, picker, send) {
    this.area = area;
    this.picker = picker;
    this.send = send;
    this.sent = "";
    this.timer = 0;
    try {
      picker.value = localStorage.getItem(STORED) || "0";
    } catch {
      // Without storage, every visit starts with the automatic height.
    }
    if (picker.selectedIndex < 0) {
      picker.value = "0";
    }
  }

  start() {
    this.picker.addEventListener("change", () => this.select());
    new ResizeObserver(() => this.schedule()).observe(this.area);
    // Zoom and a move to another screen change the pixel ratio only.
    window.addEventListener("resize", () => this.schedule());
  }

  /** The message for the renderer. */
  view() {
    const ratio = window.devicePixelRatio || 1;
    const pixels = (length) => Math.min(Math.max(Math.round(length * ratio), 1), 16384);
    return {
      type: "view", width: pixels(this.area.clientWidth), height: pixels(this.area.clientHeight), lines: Number(this.picker.value),
    };
  }

  select() {
    try {
      localStorage.setItem(STORED, this.picker.value);
    } catch {
      // The selection lasts until the page is closed.
    }
    this.report();
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.report(), DELAY_MILLIS);
  }

  report() {
    const view = this.view();
    const text = JSON.stringify(view);
    if (text !== this.sent) {
      this.sent = text;
      this.send(view);
    }
  }
}
