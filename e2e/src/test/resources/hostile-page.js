// What a page of another site can try against a server on this computer. Each attempt becomes "read" (the page got data), "sent" (the
// browser sent the request, and the page cannot know the result) or "blocked".
"use strict";

const TIMEOUT_MS = 5000;
const UPDATE = '{"emotion":"angry","intensity":1}';

function settled(start) {
  return Promise.race([
    new Promise((done) => start(() => done("read"), () => done("blocked"))),
    new Promise((done) => setTimeout(() => done("blocked"), TIMEOUT_MS)),
  ]);
}

async function fetched(url, options) {
  try {
    const response = await fetch(url, options);
    if (response.type === "opaque") {
      return "sent";
    }
    await response.text();
    return "read";
  } catch {
    return "blocked";
  }
}

function element(tag, attributes) {
  return settled((loaded, failed) => {
    const created = Object.assign(document.createElement(tag), attributes, { onload: loaded, onloadeddata: loaded, onerror: failed });
    document.body.append(created);
  });
}

function form(action, type) {
  const frame = document.createElement("iframe");
  frame.name = `frame-${document.forms.length}`;
  const created = Object.assign(document.createElement("form"), { action, method: "post", enctype: type, target: frame.name });
  const input = Object.assign(document.createElement("input"), { name: UPDATE.slice(0, -1) + ',"x":"', value: '"}' });
  created.append(input);
  document.body.append(frame, created);
  created.submit();
  return new Promise((done) => setTimeout(() => done("sent"), 300));
}

async function attack(base, paths) {
  const results = {};
  const attempt = async (name, outcome) => {
    results[name] = await outcome;
  };
  const json = { "Content-Type": "application/json" };
  for (const path of paths.read) {
    const url = base + path;
    await attempt(`fetch ${path}`, fetched(url));
    await attempt(`fetch with credentials ${path}`, fetched(url, { credentials: "include" }));
    await attempt(`fetch no-cors ${path}`, fetched(url, { mode: "no-cors" }));
    await attempt(`script ${path}`, element("script", { src: url }));
    await attempt(`image ${path}`, element("img", { src: `${url}#image` }));
    await attempt(`style ${path}`, element("link", { rel: "stylesheet", href: url }));
  }
  for (const path of paths.write) {
    const url = base + path;
    await attempt(`post text ${path}`, fetched(url, { method: "POST", mode: "no-cors", body: UPDATE }));
    await attempt(`post json ${path}`, fetched(url, { method: "POST", headers: json, body: UPDATE }));
    await attempt(`put ${path}`, fetched(url, { method: "PUT", headers: json, body: UPDATE }));
    await attempt(`form text ${path}`, form(url, "text/plain"));
    await attempt(`form urlencoded ${path}`, form(url, "application/x-www-form-urlencoded"));
    await attempt(`form multipart ${path}`, form(url, "multipart/form-data"));
    await attempt(`beacon ${path}`, navigator.sendBeacon(url, UPDATE) ? "sent" : "blocked");
    await attempt(`beacon json ${path}`, navigator.sendBeacon(url, new Blob([UPDATE], { type: "text/plain" })) ? "sent" : "blocked");
  }
  await attempt(
    "websocket",
    settled((open, failed) => {
      Object.assign(new WebSocket(`${base.replace("http", "ws")}/ws`), { onopen: open, onerror: failed });
    }),
  );
  await attempt(
    "event source",
    settled((open, failed) => {
      Object.assign(new EventSource(`${base}/events`), { onopen: open, onerror: failed });
    }),
  );
  return results;
}
