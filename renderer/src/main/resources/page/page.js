// Connects the transport, the frame display and the controls.

import { FramePainter, RateMeter } from "./frames.js";
import { HistoryView } from "./history.js";
import { ResolutionReporter } from "./resolution.js";
import { Sound } from "./sound.js";
import { Transport, submit } from "./transport.js";
import { Video } from "./video.js";
import { EXAMPLE_PREFIX, View } from "./view.js";

const FRAME_TIMEOUT_MILLIS = 3000;
/** A restart of the renderer takes no longer: until then the last image stays. */
const RESTART_MILLIS = 3000;
/** Health messages arrive every second: without one for this long, the last one is outdated. */
const HEALTH_TIMEOUT_MILLIS = 3000;
/** Minimum time between two intensity updates while the slider moves. */
const INTENSITY_INTERVAL_MILLIS = 150;
/** Time between two images where motion is not wanted. */
const CALM_INTERVAL_MILLIS = 2000;

/** Diagnostics of this page since it was opened, for tests and debugging. */
const counters = window.__avatar = {
  transport: "", connected: false, frames: 0, skipped: 0, decodeErrors: 0, reconnects: 0,
  fps: 0, lastSequence: 0, lastStateSequence: 0, width: 0, height: 0, bytes: 0, format: "", codec: "", health: null, state: null,
};

const view = new View();
const history = new HistoryView();
const meter = new RateMeter();
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let phase = "connecting";
let disconnect = { retryAt: 0, reason: "" };
let lastFrameAt = 0;
let lastHealthAt = 0;
let liveSince = 0;
let lostAt = -Infinity;
let lastFrame = null;
let intensityTouched = -Infinity;
let playing = !calm.matches;

const video = new Video(document.getElementById("format"), counters,
  (message) => transport.send(message), (text) => view.message(text, "bad"));
const painter = new FramePainter(document.getElementById("frame"), counters, (frame) => {
  lastFrameAt = performance.now();
  lastFrame = frame;
  meter.mark(lastFrameAt);
  sound.frameShown(frame, lastFrameAt);
  view.showFrame(frame.width, frame.height);
  if (phase === "live") {
    view.uncover();
  }
}, video);

const transport = new Transport({
  frame: (message, done) => {
    if (!playing) {
      lastFrameAt = performance.now(); // frames arrive, although not each is displayed
    }
    painter.push(message, done);
  },
  sound: (packet) => sound.packet(packet),
  speech: (speech) => sound.caption(speech),
  state: (state) => {
    counters.state = state;
    view.showState(state, performance.now() - intensityTouched < 1000);
  },
  health: (health) => {
    lastHealthAt = performance.now();
    counters.health = health;
    view.showHealth(health);
    history.update(health);
  },
  video: (message) => video.answer(message),
  problem: (detail) => view.message(detail, "bad"),
  mjpeg: () => showMotion(),
  opened: () => {
    transport.send(resolution.view());
    video.reset();
  },
  link: (next, detail) => {
    if (next === "live" && phase !== "live") {
      liveSince = performance.now();
      lastHealthAt = liveSince;
      history.invalidate();
    }
    if (next === "disconnected" && phase === "live") {
      lostAt = performance.now();
    }
    phase = next;
    disconnect = detail || disconnect;
    refresh();
  },
}, counters);

const resolution = new ResolutionReporter(
  document.getElementById("stage"), document.getElementById("lines"), (message) => transport.send(message));
resolution.start();

const sound = new Sound(document.getElementById("stage"), counters, (report) => transport.sendBinary(report));
painter.present = (frame, show, discard) => sound.present(frame, show, discard);

/** Runs once per second and at each change of the connection. */
function refresh() {
  if (phase === "live") {
    refreshLive(performance.now());
  } else if (isRestarting()) {
    view.showReconnecting();
  } else if (phase === "disconnected") {
    const seconds = Math.max(0, Math.ceil((disconnect.retryAt - performance.now()) / 1000));
    const retry = seconds > 0 ? `Retrying in ${seconds} s.` : "Retrying.";
    view.showLink("bad", "Disconnected", false);
    const reason = disconnect.reason && `${disconnect.reason.charAt(0).toUpperCase()}${disconnect.reason.slice(1)}. `;
    view.cover("Lost connection to the renderer", `${reason}${retry}`, { retry: true });
  } else if (phase === "paused") {
    view.showLink("quiet", "Disconnected while hidden", false);
  } else if (lastFrame === null) {
    view.showLink("quiet", "Connecting", false);
    view.cover("Connecting to the renderer", "", { waiting: true });
  }
}

/** Whether the connection was lost a moment ago, and not by an operator. */
function isRestarting() {
  return (phase === "disconnected" || phase === "connecting") && lastFrame !== null
    && performance.now() - lostAt < RESTART_MILLIS && ["", "the renderer is stopping"].includes(disconnect.reason);
}

function refreshLive(now) {
  const silent = now - lastHealthAt > HEALTH_TIMEOUT_MILLIS && !document.hidden;
  if (silent) {
    view.showCondition("bad", `No answer for ${Math.floor((now - lastHealthAt) / 1000)} s`);
  }
  if (counters.transport === "mjpeg") {
    view.showLink(playing ? "good" : "quiet", playing ? "Live" : "Paused", true);
    view.uncover();
  } else if (!document.hidden && now - Math.max(lastFrameAt, liveSince) > FRAME_TIMEOUT_MILLIS) {
    view.showLink("warn", "No stream", true);
    view.cover("The stream has stopped", silent ? "The renderer does not answer."
      : counters.health?.reasons?.[0] || "The renderer is connected but sends no frames.");
  } else {
    view.showLink(playing ? "good" : "quiet", playing ? "Live" : calm.matches ? "Reduced motion" : "Paused", true);
  }
}

setInterval(() => {
  counters.fps = meter.rate(performance.now());
  const measurable = counters.transport === "websocket" && phase === "live" && playing;
  view.showRates(measurable ? counters.fps : undefined, measurable ? lastFrame?.renderMicros : undefined);
  refresh();
}, 1000);

/** Applies pause and reduced motion to the image. */
function showMotion() {
  view.showPlaying(playing, calm.matches);
  video.setWanted(playing);
  painter.intervalMillis = playing ? 0 : calm.matches ? CALM_INTERVAL_MILLIS : Infinity;
  if (counters.transport === "mjpeg") {
    view.showImage(`${playing ? "stream.mjpeg" : "snapshot.jpg"}?${Date.now()}`);
  }
  refresh();
}

calm.addEventListener("change", () => {
  playing = !calm.matches;
  showMotion();
});
document.getElementById("pause").addEventListener("click", () => {
  playing = !playing;
  showMotion();
});

async function change(document) {
  const { rejection, note } = await submit("state", document);
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

document.getElementById("example").addEventListener("click", async () => {
  const { rejection } = await submit("osint", {
    event_id: `page-${Date.now()}`,
    activity_type: "threat_analysis",
    investigation_id: `${EXAMPLE_PREFIX}1`,
    progress: 0.42,
    findings: ["Mail address in a known breach", "Same password on two sites", "Two wallets share a withdrawal address"],
    threat_level: 0.57,
  });
  document.getElementById("example-message").textContent = rejection;
});
document.getElementById("example-end").addEventListener("click", () => change({ investigation: null, activity: null }));

document.getElementById("retry").addEventListener("click", () => transport.retryNow());

const show = document.getElementById("show");
const fullscreen = document.getElementById("fullscreen");
fullscreen.hidden = !show.requestFullscreen;
fullscreen.addEventListener("click", () => {
  if (document.fullscreenElement) {
    document.exitFullscreen();
  } else {
    show.requestFullscreen();
  }
});
document.addEventListener("fullscreenchange", () => view.showFullScreen(document.fullscreenElement === show));

showMotion();
video.start();
transport.start();
