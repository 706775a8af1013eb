// What the page shows: state, health, the connection. Only this module writes to the document.

/** The moods and the hue, in degrees, that stands for each. */
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

function words(label) {
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
    this.mood = "";
    this.alarm = "[]";
    this.wasCovered = true;
  }

  /** Makes the chips: one tab stop, arrows move, Enter and Space choose. */
  buildEmotions(choose) {
    const box = element("emotions");
    for (const [name, hue] of EMOTIONS) {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.textContent = words(name);
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

  /** Marks a chip as asked for, until a state arrives; "" marks none. */
  markPending(emotion) {
    this.chips.forEach((chip, name) => chip.setAttribute("aria-busy", String(name === emotion)));
  }

  message(text, tone = "quiet") {
    put("message", text);
    element("message").dataset.tone = tone;
  }

  showState(state, keepIntensity) {
    this.showMood(state.emotion);
    put("activity", state.activity ? words(state.activity) : "At rest");
    put("sequence", state.seq === undefined ? "–" : `#${numbers.format(state.seq)}`);
    if (!keepIntensity && typeof state.intensity === "number") {
      this.showIntensity(state.intensity, true);
    }
    this.showInvestigation(state.investigation);
  }

  showMood(emotion) {
    this.chips.forEach((chip, name) => {
      chip.setAttribute("aria-pressed", String(name === emotion));
      chip.setAttribute("aria-busy", "false");
    });
    if (this.mood !== emotion) {
      this.mood = emotion;
      put("mood-name", words(emotion));
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
    put("investigation-id", investigation.id || "without name");
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
    put("threat-text", `${words(level)} · ${threat} %`);
  }

  showHealth(health) {
    const [tone, name] = HEALTH[health.status] || ["quiet", words(health.status || "unknown")];
    // Beside a critical alert, "Healthy" would say that all is well.
    element("health").hidden = tone === "good" && (health.alerts || []).length > 0;
    element("health").dataset.tone = tone;
    put("health-text", name);
    this.showNotice(tone, name, health.reasons || []);
    this.showAlarm(health.alerts || []);
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
    put("redis", redis.connected ? "Connected" : "Away");
    element("redis").title = redis.detail || "";
    element("redis").dataset.tone = redis.connected ? "quiet" : "warn";
    put("viewers", number(health.viewers, 0));
    put("uptime", typeof health.uptimeSeconds === "number" ? duration(health.uptimeSeconds) : "–");
    put("version", health.version || "–");
  }

  /** Critical alerts; every text of them is set as text, whatever it holds. */
  showAlarm(alerts) {
    const key = JSON.stringify(alerts);
    if (this.alarm === key) {
      return;
    }
    this.alarm = key;
    element("alarm").hidden = alerts.length === 0;
    put("alarm-title", alerts.length === 1 ? "Critical alert" : `${alerts.length} critical alerts`);
    element("alarm-list").replaceChildren(...alerts.map((alert) => {
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

  /** A connection's phase as a pill; away from the renderer, nothing is shown as current and nothing can be set. */
  showLink(tone, text, connected) {
    element("controls").disabled = !connected;
    if (!connected) {
      element("health").hidden = true;
      element("notice").hidden = true;
      this.showAlarm([]);
      ["fps-renderer", "redis", "viewers", "uptime"].forEach((id) => put(id, "–"));
      element("redis").dataset.tone = "quiet";
    }
    element("layout").dataset.away = String(!connected);
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
    this.wasCovered = true;
    this.title();
  }

  uncover() {
    if (this.wasCovered) {
      element("stage").dataset.covered = "false";
      this.wasCovered = false;
      this.title();
    }
  }

  title() {
    const alarmed = !element("alarm").hidden;
    document.title = alarmed ? "Critical alert · Avatar" : this.wasCovered ? "Away · Avatar" : this.mood ? `${words(this.mood)} · Avatar` : "Avatar";
  }

  showFrame(width, height) {
    document.documentElement.style.setProperty("--aspect", (width / height).toFixed(4));
    put("resolution", `${width} × ${height}`);
  }

  /** @param {number} [shown] frames a second drawn here @param {number} [renderMicros] @param {number} [charted] */
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
    const picture = element("mjpeg");
    element("picture").hidden = on;
    picture.hidden = !on;
    if (on) {
      picture.onload = () => this.showFrame(picture.naturalWidth, picture.naturalHeight);
      picture.src = `stream.mjpeg?${Date.now()}`;
    }
  }
}
