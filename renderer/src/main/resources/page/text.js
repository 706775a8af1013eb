// Texts and elements of the page.

export const numbers = new Intl.NumberFormat("en");
const TIME = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SECONDS = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat([], { day: "numeric", month: "short" });

export const element = (id) => document.getElementById(id);

/** Sets the text of an element if it differs. */
export function put(id, text) {
  const target = element(id);
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/** A label of the state as words: "threat_analysis" is "Threat analysis". */
export function displayText(label) {
  const text = String(label).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function percent(part) {
  return Math.round(Math.min(Math.max(Number(part) || 0, 0), 1) * 100);
}

export function number(value, digits) {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(digits) : "–";
}

export function duration(seconds) {
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}

function isToday(millis) {
  return new Date(millis).toDateString() === new Date().toDateString();
}

/** Hour and minute; with the day unless it is today. */
export function clockTime(millis) {
  return isToday(millis) ? TIME.format(millis) : `${DAY.format(millis)} ${TIME.format(millis)}`;
}

/** With seconds today, otherwise the day. */
export function eventTime(millis) {
  return isToday(millis) ? SECONDS.format(millis) : clockTime(millis);
}

/** Time since; the clocks of browser and host may differ. */
export function since(millis) {
  const seconds = (Date.now() - millis) / 1000;
  return seconds < 60 ? "just now" : `for ${duration(seconds)}`;
}
