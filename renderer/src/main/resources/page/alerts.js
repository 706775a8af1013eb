// Displays critical alerts, warnings and their effect on the page's icon.

import { clockTime, element, put, since } from "./text.js";

/** A link to another page of the monitoring; addresses come from alerts and are therefore checked. */
function link(address, text) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return null;
  }
  const anchor = document.createElement("a");
  anchor.href = url.href;
  anchor.target = "_blank";
  anchor.rel = "noreferrer";
  anchor.textContent = text;
  return anchor;
}

function paragraph(className, text) {
  const line = document.createElement("p");
  line.className = className;
  line.textContent = text;
  return line;
}

/** Value and limit first, then the impact, then name, start and links. Texts are untrusted: set as text, never as HTML. */
function item(alert) {
  const entry = document.createElement("li");
  const summary = alert.summary || alert.name || "Alert";
  entry.append(paragraph("alarm-summary", summary));
  if (alert.description && alert.description !== summary) {
    entry.append(paragraph("alarm-impact", alert.description));
  }
  const meta = paragraph("alarm-meta", "");
  const name = document.createElement("span");
  name.textContent = alert.name || "";
  meta.append(name);
  const start = Date.parse(alert.since);
  if (Number.isFinite(start)) {
    const time = document.createElement("time");
    time.dateTime = alert.since;
    time.dataset.start = start;
    meta.append(time);
  }
  for (const anchor of [link(alert.runbook, "Runbook"), link(alert.dashboard, "Dashboard")]) {
    if (anchor) {
      anchor.setAttribute("aria-label", `${anchor.textContent} of ${alert.name || "the alert"}`);
      meta.append(anchor);
    }
  }
  entry.append(meta);
  return entry;
}

export class AlertsView {
  constructor() {
    this.shown = new Map();
    this.critical = [];
  }

  /** @param {object[]} critical @param {object[]} warnings */
  show(critical, warnings) {
    this.fill("alerts", critical);
    if (this.fill("warnings", warnings)) {
      put("warnings-title", warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`);
    }
    put("alerts-title", critical.length === 1 ? "Critical alert" : `${critical.length} critical alerts`);
    this.announce(critical);
    this.critical = critical;
    element("icon").href = critical.length > 0 ? "icon-alert.svg" : "icon.svg";
    this.refreshTimes();
  }

  /** Rebuilds a list only when its alerts change, so that a link being used stays. */
  fill(id, alerts) {
    const key = JSON.stringify(alerts);
    if (this.shown.get(id) === key) {
      return false;
    }
    this.shown.set(id, key);
    element(id).hidden = alerts.length === 0;
    element(`${id}-list`).replaceChildren(...alerts.map(item));
    return true;
  }

  announce(critical) {
    const before = new Set(this.critical.map((alert) => alert.name + alert.since));
    const fresh = critical.filter((alert) => !before.has(alert.name + alert.since));
    if (fresh.length > 0) {
      put("alarm-announcement", `Critical alert: ${fresh.map((alert) => alert.summary || alert.name).join(". ")}`);
    } else if (critical.length === 0 && this.critical.length > 0) {
      put("alarm-announcement", "");
      put("announcement", "No critical alert any more");
    }
  }

  refreshTimes() {
    for (const time of document.querySelectorAll("time[data-start]")) {
      const start = Number(time.dataset.start);
      const text = `since ${clockTime(start)}, ${since(start)}`;
      if (time.textContent !== text) {
        time.textContent = text;
      }
    }
  }
}
