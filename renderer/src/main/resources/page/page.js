// Wires the connection, the picture and the controls together.

import { FramePainter, RateMeter } from "./frames.js";
import { Transport, submitState } from "./transport.js";
import { View } from "./view.js";

const NO_PICTURE_MILLIS = 3000;
const INTENSITY_MILLIS = 150;

/** The page's diagnostics, for tests and the curious: what has arrived since the page was opened. */
const counters = window.__avatar = {
  transport: "", connected: false, frames: 0, skipped: 0, decodeErrors: 0, reconnects: 0,
  fps: 0, lastSequence: 0, lastStateSequence: 0, width: 0, height: 0, health: null, state: null,
};

const view = new View();
const meter = new RateMeter();
let phase = "connecting";
let away = { retryAt: 0, reason: "" };
let lastDrawn = 0;
let liveSince = 0;
let lastFrame = null;
let intensityTouched = -Infinity;

const painter = new FramePainter(document.getElementById("picture"), counters, (frame) => {
  lastDrawn = performance.now();
  lastFrame = frame;
  meter.mark(lastDrawn);
  view.showFrame(frame.width, frame.height);
  if (phase === "live") {
    view.uncover();
  }
});

const transport = new Transport({
  frame: (message, done) => painter.push(message, done),
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
    away = detail || away;
    refresh();
  },
}, counters);

/** Once a second, and at each change of the connection. */
function refresh() {
  if (phase === "live") {
    refreshLive(performance.now());
  } else if (phase === "away") {
    const seconds = Math.max(0, Math.ceil((away.retryAt - performance.now()) / 1000));
    const again = seconds > 0 ? `Trying again in ${seconds} s.` : "Trying again.";
    view.showLink("bad", "Away", false);
    const why = away.reason && `${away.reason.charAt(0).toUpperCase()}${away.reason.slice(1)}. `;
    view.cover("The renderer is away", `${why}${again}`, { retry: true });
  } else if (phase === "resting") {
    view.showLink("quiet", "Resting", false);
  } else if (lastFrame === null) {
    view.showLink("quiet", "Connecting", false);
    view.cover("Connecting to the renderer", "", { waiting: true });
  }
}

function refreshLive(now) {
  if (counters.transport === "mjpeg") {
    view.showLink("good", "Live", true);
    view.uncover();
  } else if (!document.hidden && now - Math.max(lastDrawn, liveSince) > NO_PICTURE_MILLIS) {
    view.showLink("warn", "No picture", true);
    view.cover("No pictures are coming", counters.health?.reasons?.[0] || "The renderer answers but draws nothing.");
  } else {
    view.showLink("good", "Live", true);
  }
}

setInterval(() => {
  counters.fps = meter.rate(performance.now());
  const canMeasure = counters.transport === "websocket" && phase === "live";
  const shown = canMeasure ? counters.fps : undefined;
  const charted = phase !== "live" ? 0 : canMeasure ? counters.fps : counters.health?.fps;
  view.showRates(shown, canMeasure ? lastFrame?.renderMicros : undefined, charted);
  refresh();
}, 1000);

async function change(document) {
  const refused = await submitState(document);
  view.message(refused, refused ? "bad" : "quiet");
  if (refused) {
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
    }, INTENSITY_MILLIS);
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
