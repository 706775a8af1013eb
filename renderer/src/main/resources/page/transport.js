// The way to the renderer: WebSocket with reconnection; MJPEG and polling where that does not work.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15000;
const POLL_MILLIS = 1000;
/** Health comes every second: silence means that the line is dead, even when nobody closed it. */
const SILENCE_MILLIS = 8000;
/** A page that nobody sees lets the renderer rest. */
const HIDDEN_MILLIS = 60000;
const FAILURES_BEFORE_POLLING = 3;

/** Calls back: frame(ArrayBuffer, done), state(document), health(document), problem(text), link(phase, detail). */
export class Transport {
  constructor(handlers, counters) {
    this.handlers = handlers;
    this.counters = counters;
    this.socket = null;
    this.failures = 0;
    this.lastHeard = 0;
    this.retryTimer = 0;
    this.pollTimer = 0;
    this.hiddenTimer = 0;
  }

  start() {
    document.addEventListener("visibilitychange", () => this.visibilityChanged());
    window.addEventListener("online", () => this.retryNow());
    setInterval(() => this.checkSilence(), 1000);
    if (Transport.streamable()) {
      this.connect();
    } else {
      this.poll();
    }
  }

  static streamable() {
    const forced = new URLSearchParams(location.search).get("transport");
    return forced !== "mjpeg" && typeof WebSocket === "function" && typeof createImageBitmap === "function"
      && typeof DataView.prototype.getBigUint64 === "function";
  }

  retryNow() {
    clearTimeout(this.retryTimer);
    if (this.pollTimer === 0 && !this.socket) {
      this.connect();
    }
  }

  connect() {
    clearTimeout(this.retryTimer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws?ack=1`);
    let opened = false;
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.lastHeard = performance.now();
    this.handlers.link("connecting");
    socket.onopen = () => {
      opened = true;
      this.lastHeard = performance.now();
      this.counters.connected = true;
      this.counters.transport = "websocket";
      this.handlers.link("live");
    };
    socket.onmessage = (event) => {
      this.lastHeard = performance.now();
      this.failures = 0;
      this.receive(socket, event.data);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) {
        this.socket = null;
        this.lost(opened, event.reason);
      }
    };
  }

  receive(socket, data) {
    if (typeof data !== "string") {
      this.handlers.frame(data, (acknowledgement) => {
        if (socket.readyState === WebSocket.OPEN) {
          socket.send(acknowledgement);
        }
      });
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "state") {
      this.handlers.state(message.state);
    } else if (message.type === "health") {
      this.handlers.health(message.health);
    } else if (message.type === "error") {
      this.handlers.problem(message.detail);
    }
  }

  async lost(opened, reason) {
    this.counters.connected = false;
    this.failures++;
    const why = opened ? reason : await this.whyRefused();
    if (!opened && why === null && this.failures >= FAILURES_BEFORE_POLLING) {
      this.poll();
      return;
    }
    const delay = Math.min(FIRST_DELAY * 2 ** (this.failures - 1), LONGEST_DELAY) * (0.8 + 0.4 * Math.random());
    this.counters.reconnects++;
    this.handlers.link("away", { retryAt: performance.now() + delay, reason: why || "" });
    this.retryTimer = setTimeout(() => this.connect(), delay);
  }

  /** Why the server refused a WebSocket: its words, "" when there is no server, null when it would have taken one. */
  async whyRefused() {
    try {
      const answer = await fetch("ws", { cache: "no-store" });
      return answer.status === 503 ? (await answer.json()).detail : null;
    } catch {
      return "";
    }
  }

  checkSilence() {
    if (this.socket && performance.now() - this.lastHeard > SILENCE_MILLIS) {
      const socket = this.socket;
      this.socket = null;
      socket.close();
      this.lost(true, "it has said nothing for a while");
    }
  }

  visibilityChanged() {
    clearTimeout(this.hiddenTimer);
    if (document.hidden) {
      this.hiddenTimer = setTimeout(() => this.rest(), HIDDEN_MILLIS);
    } else {
      this.retryNow();
    }
  }

  rest() {
    clearTimeout(this.retryTimer);
    const socket = this.socket;
    this.socket = null;
    this.counters.connected = false;
    if (socket) {
      socket.close();
      this.handlers.link("resting");
    }
  }

  /** Picture through MJPEG; state and health by asking once a second. */
  poll() {
    this.counters.transport = "mjpeg";
    this.handlers.mjpeg(true);
    let up = false;
    const ask = async () => {
      try {
        const [health, state] = await Promise.all([Transport.json("health"), Transport.json("state")]);
        this.handlers.health(health);
        this.handlers.state(state);
        if (!up) {
          up = true;
          this.counters.connected = true;
          this.handlers.mjpeg(true);
          this.handlers.link("live");
        }
      } catch {
        up = false;
        this.counters.connected = false;
        this.handlers.link("away", { retryAt: performance.now() + POLL_MILLIS, reason: "" });
      }
      this.pollTimer = setTimeout(ask, POLL_MILLIS);
    };
    ask();
  }

  static async json(path) {
    const answer = await fetch(path, { cache: "no-store" });
    return answer.json();
  }
}

/** Sends a change of state; answers an explanation when it was refused, else "". */
export async function submitState(change) {
  try {
    const answer = await fetch("state", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(change),
    });
    const outcome = await answer.json();
    return answer.ok ? "" : outcome.detail || outcome.error || `refused (${answer.status})`;
  } catch {
    return "The renderer cannot be reached.";
  }
}
