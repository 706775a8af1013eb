// Displays state, health and the connection. Only this module writes to the document.

/** Emotions with the hue of each, in degrees. */
export const EMOTIONS = [
  ["neutral", 210], ["happy", 42], ["excited", 22], ["focused", 222], ["thinking", 250],
  ["analyzing", 196], ["alert", 6], ["confident", 160], ["curious", 285], ["processing", 186],
  ["discovered", 138], ["concerned", 34], ["satisfied", 112], ["investigating", 268], ["breakthrough", 322],
];

const HUES = new Map(EMOTIONS);
const HEALTH = {
  ok: ["good", "Healthy"], degraded: ["warn", "Degraded"], starting: ["quiet", "Starting"],
  stopping: ["quiet", "Stopping"], failed: ["bad", "Failed"],
};
const SPARK_SECONDS = 120;
const SPARK_HEIGHT = 32;

const numbers = new Intl.NumberFormat("en");
const element = (id) => document.getElementById(id);

function displayText(label) {
  const text = String(label).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function percent(part) {
  return Math.round(Math.min(Math.max(Number(part) || 0, 0), 1) * 100);
}

function duration(seconds) {
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}

function put(id, text) {
  const target = element(id);
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

function number(value, digits) {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(digits) : "–";
}

export class View {
  constructor() {
    this.rates = [];
    this.chips = new Map();
    this.emotion = "";
    this.shownAlerts = "[]";
    this.covered = true;
  }

  /** Creates the emotion buttons: one tab stop, arrow keys move the focus, Enter and Space select. */
  buildEmotions(choose) {
    const box = element("emotions");
    for (const [name, hue] of EMOTIONS) {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.textContent = displayText(name);
      chip.dataset.emotion = name;
      chip.style.setProperty("--hue", hue);
      chip.setAttribute("aria-pressed", "false");
      chip.tabIndex = this.chips.size === 0 ? 0 : -1;
      chip.addEventListener("click", () => choose(name));
      this.chips.set(name, chip);
      box.append(chip);
    }
    box.addEventListener("keydown", (event) => this.moveFocus(event));
    box.addEventListener("focusin", (event) => this.setTabStop(event.target));
  }

  moveFocus(event) {
    const chips = [...this.chips.values()];
    const at = chips.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? chips.length - 1
      : step ? (at + step + chips.length) % chips.length : -1;
    if (at >= 0 && to >= 0) {
      event.preventDefault();
      chips[to].focus();
    }
  }

  setTabStop(target) {
    this.chips.forEach((chip) => { chip.tabIndex = chip === target ? 0 : -1; });
  }

  /** Marks a button as requested until a state arrives; "" marks none. */
  markPending(emotion) {
    this.chips.forEach((chip, name) => chip.setAttribute("aria-busy", String(name === emotion)));
  }

  message(text, tone = "quiet") {
    put("message", text);
    element("message").dataset.tone = tone;
  }

  showState(state, keepIntensity) {
    this.showEmotion(state.emotion);
    put("activity", state.activity ? displayText(state.activity) : "Idle");
    put("sequence", state.seq === undefined ? "–" : `#${numbers.format(state.seq)}`);
    if (!keepIntensity && typeof state.intensity === "number") {
      this.showIntensity(state.intensity, true);
    }
    this.showInvestigation(state.investigation);
  }

  showEmotion(emotion) {
    this.chips.forEach((chip, name) => {
      chip.setAttribute("aria-pressed", String(name === emotion));
      chip.setAttribute("aria-busy", "false");
    });
    if (this.emotion !== emotion) {
      this.emotion = emotion;
      put("mood-name", displayText(emotion));
      document.documentElement.style.setProperty("--mood-hue", HUES.get(emotion) ?? 210);
      if (!element("emotions").contains(document.activeElement)) {
        this.setTabStop(this.chips.get(emotion));
      }
      this.title();
    }
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
    element("investigation").hidden = !investigation;
    if (!investigation) {
      return;
    }
    put("investigation-id", investigation.id || "unnamed");
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
    const [tone, name] = HEALTH[health.status] || ["quiet", displayText(health.status || "unknown")];
    // Next to a critical alert, "Healthy" would be misleading.
    element("health").hidden = tone === "good" && (health.alerts || []).length > 0;
    element("health").dataset.tone = tone;
    put("health-text", name);
    this.showNotice(tone, name, health.reasons || []);
    this.showAlerts(health.alerts || []);
    element("simulated").hidden = health.gpuSimulated !== true;
    put("fps-renderer", number(health.fps, 0));
    put("backend", String(health.backend || "").toUpperCase());
    element("backend").hidden = !health.backend;
    put("backend-reason", health.backendReason || "");
    element("backend-reason").hidden = !health.backendReason;
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
  }

  /** Shows critical alerts. Their texts are untrusted and therefore set as text, never as HTML. */
  showAlerts(alerts) {
    const key = JSON.stringify(alerts);
    if (this.shownAlerts === key) {
      return;
    }
    this.shownAlerts = key;
    element("alerts").hidden = alerts.length === 0;
    put("alerts-title", alerts.length === 1 ? "Critical alert" : `${alerts.length} critical alerts`);
    element("alerts-list").replaceChildren(...alerts.map((alert) => {
      const item = document.createElement("li");
      const name = document.createElement("strong");
      name.textContent = alert.name || "Alert";
      const summary = document.createElement("span");
      summary.textContent = alert.summary || alert.description || "";
      item.title = alert.description || "";
      item.append(name, summary);
      const since = Date.parse(alert.since);
      if (Number.isFinite(since)) {
        const time = document.createElement("time");
        time.dateTime = alert.since;
        time.textContent = `since ${new Date(since).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
        item.append(time);
      }
      return item;
    }));
    this.title();
  }

  showNotice(tone, name, reasons) {
    const notice = element("notice");
    notice.hidden = tone === "good" || (tone === "quiet" && reasons.length === 0);
    notice.dataset.tone = tone;
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
    if (!connected) {
      element("health").hidden = true;
      element("notice").hidden = true;
      this.showAlerts([]);
      ["fps-renderer", "redis", "viewers", "uptime"].forEach((id) => put(id, "–"));
      element("redis").dataset.tone = "quiet";
    }
    element("layout").dataset.disconnected = String(!connected);
    element("link").dataset.tone = tone;
    put("link-text", text);
  }

  cover(title, detail, { waiting = false, retry = false } = {}) {
    const stage = element("stage");
    stage.dataset.covered = "true";
    stage.dataset.waiting = String(waiting);
    put("cover-title", title);
    put("cover-detail", detail);
    element("retry").hidden = !retry;
    this.covered = true;
    this.title();
  }

  uncover() {
    if (this.covered) {
      element("stage").dataset.covered = "false";
      this.covered = false;
      this.title();
    }
  }

  title() {
    const alerting = !element("alerts").hidden;
    document.title = alerting ? "Critical alert · Avatar" : this.covered ? "No stream · Avatar" : this.emotion ? `${displayText(this.emotion)} · Avatar` : "Avatar";
  }

  showFrame(width, height) {
    document.documentElement.style.setProperty("--aspect", (width / height).toFixed(4));
    put("resolution", `${width} × ${height}`);
  }

  /** @param {number} [shown] frames per second displayed on this page @param {number} [renderMicros] @param {number} [charted] */
  showRates(shown, renderMicros, charted) {
    put("fps-here", number(shown, 0));
    put("render-time", renderMicros === undefined ? "–" : number(renderMicros / 1000, 1));
    this.rates.push(charted || 0);
    if (this.rates.length > SPARK_SECONDS) {
      this.rates.shift();
    }
    this.drawSpark();
  }

  drawSpark() {
    const top = Math.max(30, ...this.rates) * 1.1;
    const from = SPARK_SECONDS - this.rates.length;
    const points = this.rates.map((rate, i) => `${from + i},${(SPARK_HEIGHT * (1 - rate / top)).toFixed(1)}`);
    const line = points.length > 1 ? `M${points.join("L")}` : "";
    element("spark-line").setAttribute("d", line);
    element("spark-area").setAttribute("d", line && `${line}L${SPARK_SECONDS - 1},${SPARK_HEIGHT}L${from},${SPARK_HEIGHT}Z`);
  }

  showMjpeg(on) {
    const image = element("mjpeg");
    element("frame").hidden = on;
    image.hidden = !on;
    if (on) {
      image.onload = () => this.showFrame(image.naturalWidth, image.naturalHeight);
      image.src = `stream.mjpeg?${Date.now()}`;
    }
  }
}
