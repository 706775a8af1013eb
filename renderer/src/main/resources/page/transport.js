// Connection to the renderer: WebSocket with reconnection; MJPEG and polling as the fallback.

import { isSound } from "./sound.js";

const INITIAL_DELAY_MILLIS = 150;
const MAX_DELAY_MILLIS = 15000;
const POLL_MILLIS = 1000;
/** Health messages arrive every second: without data for this long, the connection is considered dead. */
const DATA_TIMEOUT_MILLIS = 8000;
/** A page hidden for this long disconnects, so that the renderer can fall back to its idle rate. */
const HIDDEN_TIMEOUT_MILLIS = 60000;
const FAILURES_BEFORE_POLLING = 3;
/** A renderer that answers a poll no faster is unreachable. */
const POLL_TIMEOUT_MILLIS = 5000;

/**
 * Handlers: frame(ArrayBuffer, done), sound(ArrayBuffer), speech(document), state(document), health(document), video(message), problem(text), mjpeg(),
 * link(phase, detail), opened().
 */
export class Transport {
  constructor(handlers, counters) {
    this.handlers = handlers;
    this.counters = counters;
    this.socket = null;
    this.failures = 0;
    this.lastDataAt = 0;
    this.retryTimer = 0;
    this.pollTimer = 0;
    this.hiddenTimer = 0;
    /** Reason for the next connection, for the renderer's metrics; "" for the first. */
    this.reconnectReason = "";
  }

  /** Sends a binary message, if connected by WebSocket. */
  sendBinary(message) {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(message);
    }
  }

  start() {
    document.addEventListener("visibilitychange", () => this.visibilityChanged());
    window.addEventListener("online", () => this.retryNow());
    setInterval(() => this.checkDataTimeout(), 1000);
    if (Transport.supportsWebSocketStream()) {
      this.connect();
    } else {
      this.poll();
    }
  }

  static supportsWebSocketStream() {
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
    const reconnect = this.reconnectReason && `&reconnect=${this.reconnectReason}`;
    const socket = new WebSocket(`${scheme}//${location.host}/ws?ack=1&sound=1${reconnect}`);
    let opened = false;
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.lastDataAt = performance.now();
    this.handlers.link("connecting");
    socket.onopen = () => {
      opened = true;
      this.lastDataAt = performance.now();
      this.counters.connected = true;
      this.counters.transport = "websocket";
      this.handlers.link("live");
      this.handlers.opened();
    };
    socket.onmessage = (event) => {
      this.lastDataAt = performance.now();
      this.failures = 0;
      this.receive(socket, event.data);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) {
        this.socket = null;
        if (opened) {
          this.reconnectReason = event.wasClean ? "closed" : "lost";
        }
        this.connectionLost(opened, event.reason);
      }
    };
  }

  /** Sends a message to the renderer if connected. */
  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(message));
    }
  }

  receive(socket, data) {
    if (typeof data !== "string" && isSound(data)) {
      this.handlers.sound(data);
      return;
    }
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
    } else if (message.type === "speech") {
      this.handlers.speech(message.speech);
    } else if (message.type === "video") {
      this.handlers.video(message);
    } else if (message.type === "error") {
      this.handlers.problem(message.detail);
    }
  }

  async connectionLost(opened, reason) {
    this.counters.connected = false;
    this.failures++;
    const rejection = opened ? reason : await this.rejectionReason();
    if (!opened && rejection === null && this.failures >= FAILURES_BEFORE_POLLING) {
      this.poll();
      return;
    }
    const delay = Math.min(INITIAL_DELAY_MILLIS * 2 ** (this.failures - 1), MAX_DELAY_MILLIS) * (0.8 + 0.4 * Math.random());
    this.counters.reconnects++;
    this.handlers.link("disconnected", { retryAt: performance.now() + delay, reason: rejection || "" });
    this.retryTimer = setTimeout(() => this.connect(), delay);
  }

  /** Reason why the server rejected a WebSocket; "" when the server is unreachable, null when it accepts WebSockets. */
  async rejectionReason() {
    try {
      const response = await fetch("ws", { cache: "no-store" });
      return response.status === 503 ? (await response.json()).detail : null;
    } catch {
      return "";
    }
  }

  checkDataTimeout() {
    if (this.socket && performance.now() - this.lastDataAt > DATA_TIMEOUT_MILLIS) {
      const socket = this.socket;
      this.socket = null;
      socket.close();
      this.reconnectReason = "timeout";
      this.connectionLost(true, `No data for ${DATA_TIMEOUT_MILLIS / 1000} seconds`);
    }
  }

  visibilityChanged() {
    clearTimeout(this.hiddenTimer);
    if (document.hidden) {
      this.hiddenTimer = setTimeout(() => this.disconnectWhileHidden(), HIDDEN_TIMEOUT_MILLIS);
    } else {
      this.retryNow();
    }
  }

  disconnectWhileHidden() {
    clearTimeout(this.retryTimer);
    const socket = this.socket;
    this.socket = null;
    this.counters.connected = false;
    if (socket) {
      socket.close();
      this.reconnectReason = "hidden";
      this.handlers.link("paused");
    }
  }

  /** MJPEG for the image; state and health polled once per second. */
  poll() {
    this.counters.transport = "mjpeg";
    this.handlers.mjpeg();
    let up = false;
    const pollOnce = async () => {
      try {
        const [health, state] = await Promise.all([Transport.json("health"), Transport.json("state")]);
        this.handlers.health(health);
        this.handlers.state(state);
        if (!up) {
          up = true;
          this.counters.connected = true;
          this.handlers.mjpeg();
          this.handlers.link("live");
        }
      } catch {
        up = false;
        this.counters.connected = false;
        this.handlers.link("disconnected", { retryAt: performance.now() + POLL_MILLIS, reason: "" });
      }
      this.pollTimer = setTimeout(pollOnce, POLL_MILLIS);
    };
    pollOnce();
  }

  static async json(path) {
    const response = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(POLL_TIMEOUT_MILLIS) });
    return response.json();
  }
}

/**
 * Sends an update to one of the paths state and osint. Returns {rejection, note}: the error message, "" if it was accepted, and why it is not visible, "" if
 * it is.
 */
export async function submit(path, update) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(update),
    });
    const outcome = await response.json();
    const rejection = response.ok ? "" : outcome.detail || outcome.error || `rejected (HTTP ${response.status})`;
    return { rejection, note: outcome.note || "" };
  } catch {
    return { rejection: "The renderer is unreachable.", note: "" };
  }
}
