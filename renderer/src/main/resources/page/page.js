// Connects the transport, the frame display and the controls.

import { FramePainter, RateMeter } from "./frames.js";
import { Sound } from "./sound.js";
import { Transport, submitState } from "./transport.js";
import { View } from "./view.js";

const FRAME_TIMEOUT_MILLIS = 3000;
/** Minimum time between two intensity updates while the slider moves. */
const INTENSITY_INTERVAL_MILLIS = 150;

/** Diagnostics of this page since it was opened, for tests and debugging. */
const counters = window.__avatar = {
  transport: "", connected: false, frames: 0, skipped: 0, decodeErrors: 0, reconnects: 0,
  fps: 0, lastSequence: 0, lastStateSequence: 0, width: 0, height: 0, health: null, state: null,
};

const view = new View();
const meter = new RateMeter();
let phase = "connecting";
let disconnect = { retryAt: 0, reason: "" };
let lastFrameAt = 0;
let liveSince = 0;
let lastFrame = null;
let intensityTouched = -Infinity;

const painter = new FramePainter(document.getElementById("frame"), counters, (frame) => {
  lastFrameAt = performance.now();
  lastFrame = frame;
  meter.mark(lastFrameAt);
  sound.frameShown(frame, lastFrameAt);
  view.showFrame(frame.width, frame.height);
  if (phase === "live") {
    view.uncover();
  }
});

const transport = new Transport({
  frame: (message, done) => painter.push(message, done),
  sound: (packet) => sound.packet(packet),
  speech: (speech) => sound.caption(speech),
  state: (state) => {
    counters.state = state;
    view.showState(state, performance.now() - intensityTouched < 1000);
  },
  health: (health) => {
    counters.health = health;
    view.showHealth(health);
  },
  problem: (detail) => view.message(detail, "bad"),
  mjpeg: (on) => view.showMjpeg(on),
  link: (next, detail) => {
    if (next === "live" && phase !== "live") {
      liveSince = performance.now();
    }
    phase = next;
    disconnect = detail || disconnect;
    refresh();
  },
}, counters);

const sound = new Sound(document.getElementById("stage"), counters, (report) => transport.send(report));

/** Runs once per second and at each change of the connection. */
function refresh() {
  if (phase === "live") {
    refreshLive(performance.now());
  } else if (phase === "disconnected") {
    const seconds = Math.max(0, Math.ceil((disconnect.retryAt - performance.now()) / 1000));
    const retry = seconds > 0 ? `Retrying in ${seconds} s.` : "Retrying.";
    view.showLink("bad", "Disconnected", false);
    const reason = disconnect.reason && `${disconnect.reason.charAt(0).toUpperCase()}${disconnect.reason.slice(1)}. `;
    view.cover("Lost connection to the renderer", `${reason}${retry}`, { retry: true });
  } else if (phase === "paused") {
    view.showLink("quiet", "Paused", false);
  } else if (lastFrame === null) {
    view.showLink("quiet", "Connecting", false);
    view.cover("Connecting to the renderer", "", { waiting: true });
  }
}

function refreshLive(now) {
  if (counters.transport === "mjpeg") {
    view.showLink("good", "Live", true);
    view.uncover();
  } else if (!document.hidden && now - Math.max(lastFrameAt, liveSince) > FRAME_TIMEOUT_MILLIS) {
    view.showLink("warn", "No stream", true);
    view.cover("The stream has stopped", counters.health?.reasons?.[0] || "The renderer is connected but sends no frames.");
  } else {
    view.showLink("good", "Live", true);
  }
}

setInterval(() => {
  counters.fps = meter.rate(performance.now());
  const measurable = counters.transport === "websocket" && phase === "live";
  const displayed = measurable ? counters.fps : undefined;
  const charted = phase !== "live" ? 0 : measurable ? counters.fps : counters.health?.fps;
  view.showRates(displayed, measurable ? lastFrame?.renderMicros : undefined, charted);
  refresh();
}, 1000);

async function change(document) {
  const { rejection, note } = await submitState(document);
  view.message(rejection || note, rejection ? "bad" : "quiet");
  if (rejection) {
    view.markPending("");
  }
}

view.buildEmotions((emotion) => {
  view.markPending(emotion);
  change({ emotion });
});

const slider = document.getElementById("intensity");
let intensityTimer = 0;
slider.addEventListener("input", () => {
  intensityTouched = performance.now();
  view.showIntensity(Number(slider.value), false);
  if (!intensityTimer) {
    intensityTimer = setTimeout(() => {
      intensityTimer = 0;
      intensityTouched = performance.now();
      change({ intensity: Number(slider.value) });
    }, INTENSITY_INTERVAL_MILLIS);
  }
});

document.getElementById("retry").addEventListener("click", () => transport.retryNow());

const stage = document.getElementById("stage");
const fullscreen = document.getElementById("fullscreen");
fullscreen.hidden = !stage.requestFullscreen;
fullscreen.addEventListener("click", () => {
  if (document.fullscreenElement) {
    document.exitFullscreen();
  } else {
    stage.requestFullscreen();
  }
});

refresh();
transport.start();
