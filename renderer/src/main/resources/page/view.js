// Displays state, health and the connection.

import { AlertsView } from "./alerts.js";
import { EmotionButtons, HUES } from "./emotions.js";
import { displayText, duration, element, number, numbers, percent, put } from "./text.js";

const HEALTH = {
  ok: ["good", "Healthy"], degraded: ["warn", "Degraded"], starting: ["quiet", "Starting"],
  stopping: ["quiet", "Stopping"], failed: ["bad", "Failed"],
};
/** Age of the last frame, in milliseconds, at which a renderer is not healthy, whatever its status. */
const MAX_FRAME_AGE_MILLIS = 3000;
/** Investigations with this prefix are examples of this page. */
export const EXAMPLE_PREFIX = "EXAMPLE-";

export class View {
  constructor() {
    this.emotion = "";
    this.alerting = false;
    this.covered = true;
    this.alerts = new AlertsView();
  }

  buildEmotions(choose) {
    this.buttons = new EmotionButtons(choose);
  }

  /** Marks a button as requested until a state arrives; "" marks none. */
  markPending(emotion) {
    this.buttons.markPending(emotion);
  }

  message(text, tone = "quiet") {
    put("message", text);
    element("message").dataset.tone = tone;
  }

  showState(state, keepIntensity) {
    if (this.emotion !== state.emotion) {
      this.emotion = state.emotion;
      this.showEmotion();
      put("announcement", `Emotion: ${displayText(state.emotion)}`);
    }
    this.buttons.check(state.emotion);
    put("activity", state.activity ? displayText(state.activity) : "Idle");
    put("sequence", state.seq === undefined ? "–" : `#${numbers.format(state.seq)}`);
    if (!keepIntensity && typeof state.intensity === "number") {
      this.showIntensity(state.intensity, true);
    }
    this.showInvestigation(state.investigation);
  }

  /** The emotion of the face: while an alert overrides the stored emotion, both are named. */
  showEmotion() {
    const shown = this.alerting ? "alert" : this.emotion;
    const overridden = this.alerting && this.emotion !== "" && this.emotion !== "alert";
    put("mood-name", shown ? displayText(shown) : "\u200a");
    element("mood-before").hidden = !overridden;
    put("mood-before", overridden ? `before: ${displayText(this.emotion)}` : "");
    document.documentElement.style.setProperty("--mood-hue", HUES.get(shown) ?? 210);
    this.nameImage();
    this.title();
  }

  nameImage() {
    const shown = this.alerting ? "alert" : this.emotion;
    const name = this.covered ? "Avatar, no live image" : shown ? `Live avatar, emotion: ${displayText(shown)}` : "Live avatar";
    element("frame").setAttribute("aria-label", name);
    element("mjpeg").alt = name;
  }

  showIntensity(value, move) {
    const slider = element("intensity");
    if (move) {
      slider.value = value;
    }
    slider.style.setProperty("--fill", `${percent(value)}%`);
    put("intensity-text", `${percent(value)} %`);
    slider.setAttribute("aria-valuetext", `${percent(value)} percent`);
  }

  showInvestigation(investigation) {
    element("investigation").dataset.empty = String(!investigation);
    element("investigation-empty").hidden = Boolean(investigation);
    for (const id of ["investigation-current", "investigation-id", "findings"]) {
      element(id).hidden = !investigation;
    }
    if (!investigation) {
      return;
    }
    const id = investigation.id || "unnamed";
    put("investigation-id", id);
    element("example-end").hidden = !id.startsWith(EXAMPLE_PREFIX);
    put("example-message", "");
    const findings = investigation.findings || 0;
    put("findings", `${numbers.format(findings)} ${findings === 1 ? "finding" : "findings"}`);
    const progress = percent(investigation.progress);
    put("progress-text", `${progress} %`);
    element("progress").setAttribute("aria-valuenow", progress);
    element("progress").style.setProperty("--value", `${progress}%`);
    this.showThreat(percent(investigation.threatLevel));
    element("discovery").hidden = !investigation.lastDiscovery;
    put("discovery-text", investigation.lastDiscovery || "");
  }

  showThreat(threat) {
    const level = threat >= 70 ? "high" : threat >= 35 ? "elevated" : "low";
    const meter = element("threat");
    meter.dataset.level = level;
    meter.setAttribute("aria-valuenow", threat);
    meter.setAttribute("aria-valuetext", `${threat} percent, ${level}`);
    [...meter.children].forEach((tick, i) => tick.classList.toggle("on", threat > i * 10));
    put("threat-text", `${displayText(level)} · ${threat} %`);
  }

  showHealth(health) {
    const critical = health.alerts || [];
    const [tone, name] = View.condition(health);
    // Next to a critical alert, "Healthy" would be misleading.
    this.showCondition(tone, name, tone === "good" && critical.length > 0);
    this.showNotice(tone, name, health.reasons || []);
    this.showAlerts(critical, health.warnings || []);
    element("simulated").hidden = health.gpuSimulated !== true;
    put("fps-renderer", number(health.fps, 0));
    put("backend", String(health.backend || "").replace(/^(cpu|cuda)/, (name) => name.toUpperCase()));
    element("backend").hidden = !health.backend;
    put("backend-reason", health.backendReason || "");
    element("backend-why").hidden = !health.backendReason;
    const model = health.model || {};
    put("model", model.source ? String(model.source).split("/").pop() : "–");
    element("model").title = model.source || "";
    put("gaussians", typeof model.gaussians === "number" ? numbers.format(model.gaussians) : "–");
    const redis = health.redis || {};
    put("redis", redis.connected ? "Connected" : "Disconnected");
    element("redis").title = redis.detail || "";
    element("redis").dataset.tone = redis.connected ? "quiet" : "warn";
    element("resolution").title = health.resolutionReason || "";
    element("lines").disabled = health.resolutionAdaptive === false;
    put("viewers", number(health.viewers, 0));
    put("uptime", typeof health.uptimeSeconds === "number" ? duration(health.uptimeSeconds) : "–");
    put("version", health.version || "–");
    View.showLinks(health.links || {});
  }

  /** Tone and name of the renderer's condition. */
  static condition(health) {
    if (health.status === "ok" && health.state === "PAUSED") {
      return ["quiet", "Paused by operator"];
    }
    if (health.status === "ok" && health.lastFrameAgeMs > MAX_FRAME_AGE_MILLIS) {
      return ["warn", "No frames"];
    }
    return HEALTH[health.status] || ["quiet", displayText(health.status || "unknown")];
  }

  showCondition(tone, name, hidden = false) {
    element("health").hidden = hidden;
    element("health").dataset.tone = tone;
    put("health-text", name);
  }

  /** Links of this host's loopback addresses lead nowhere on another machine and are left out there. */
  static showLinks(links) {
    const loopback = /^(127\.|localhost$|\[::1\]$)/;
    for (const name of ["metrics", "dashboards", "runbooks"]) {
      const anchor = element(`link-${name}`);
      const address = links[name] || "";
      const usable = /^https?:/.test(address)
        && (loopback.test(location.hostname) || !loopback.test(new URL(address).hostname));
      anchor.hidden = !usable;
      if (usable && anchor.getAttribute("href") !== address) {
        anchor.href = address;
      }
    }
  }

  showAlerts(critical, warnings) {
    this.alerts.show(critical, warnings);
    const alerting = critical.length > 0;
    if (this.alerting !== alerting) {
      this.alerting = alerting;
      this.showEmotion();
    }
  }

  showNotice(tone, name, reasons) {
    const notice = element("notice");
    notice.hidden = reasons.length === 0 && (tone === "good" || tone === "quiet");
    notice.dataset.tone = tone === "good" ? "warn" : tone;
    put("notice-title", name);
    const list = element("notice-reasons");
    if (list.dataset.reasons !== reasons.join("\n")) {
      list.dataset.reasons = reasons.join("\n");
      list.replaceChildren(...reasons.map((reason) => {
        const item = document.createElement("li");
        item.textContent = reason;
        return item;
      }));
    }
  }

  /** Shows the connection state. While disconnected, values are blank and the controls are disabled. */
  showLink(tone, text, connected) {
    element("controls").disabled = !connected;
    element("example").disabled = !connected;
    if (!connected) {
      element("health").hidden = true;
      element("notice").hidden = true;
      this.showAlerts([], []);
      ["fps-renderer", "redis", "viewers", "uptime"].forEach((id) => put(id, "–"));
      element("redis").dataset.tone = "quiet";
    }
    element("layout").dataset.disconnected = String(!connected);
    element("link").dataset.tone = tone;
    put("link-text", text);
  }

  /** The connection is expected back in a moment: the last image and the state stay. */
  showReconnecting() {
    element("health").hidden = true;
    element("link").dataset.tone = "quiet";
    put("link-text", "Reconnecting");
  }

  cover(title, detail, { waiting = false, retry = false } = {}) {
    const stage = element("stage");
    stage.dataset.covered = "true";
    stage.dataset.waiting = String(waiting);
    put("cover-title", title);
    put("cover-detail", detail);
    element("retry").hidden = !retry;
    this.covered = true;
    this.nameImage();
    this.title();
  }

  uncover() {
    if (this.covered) {
      element("stage").dataset.covered = "false";
      this.covered = false;
      this.nameImage();
      this.title();
    }
  }

  title() {
    document.title = this.alerting ? "Critical alert · Avatar" : this.covered ? "No stream · Avatar"
      : this.emotion ? `${displayText(this.emotion)} · Avatar` : "Avatar";
  }

  showFrame(width, height) {
    document.documentElement.style.setProperty("--aspect", (width / height).toFixed(4));
    put("resolution", `${width} × ${height}`);
  }

  /** @param {number} [shown] frames per second displayed on this page @param {number} [renderMicros] */
  showRates(shown, renderMicros) {
    put("fps-here", number(shown, 0));
    put("render-time", renderMicros === undefined ? "–" : number(renderMicros / 1000, 1));
    this.alerts.refreshTimes();
  }

  /** @param {boolean} playing @param {boolean} calm whether an image that is not playing is replaced now and then */
  showPlaying(playing, calm) {
    const label = playing ? "Pause" : calm ? "Play at full frame rate" : "Play";
    element("tools").dataset.playing = String(playing);
    element("pause").title = label;
    element("pause").setAttribute("aria-label", label);
  }

  showFullScreen(full) {
    const label = full ? "Exit full screen" : "Full screen";
    element("fullscreen").dataset.full = String(full);
    element("fullscreen").title = label;
    element("fullscreen").setAttribute("aria-label", label);
  }

  /** @param {string} source address of the image, "" to show the WebSocket's frames */
  showImage(source) {
    const image = element("mjpeg");
    element("frame").hidden = source !== "";
    image.hidden = source === "";
    if (source !== "") {
      image.onload = () => this.showFrame(image.naturalWidth, image.naturalHeight);
      image.src = source;
    }
  }
}
