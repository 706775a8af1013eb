// Renders dashboards to images: queries a running Prometheus and shows the results with @grafana/ui in headless Chromium.
// Usage: node render.mjs [--prometheus URL] [--instance NAME] [--minutes N] [--output DIRECTORY] [--width PIXELS]... [DASHBOARD]...
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
const PHONE = 768; // Grafana stacks the panels below this width.
const ROW = 38; // Height of a grid row, 30 px, and the gap of 8 px.
const MAX_POINTS = 400;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    prometheus: { type: 'string', default: 'http://127.0.0.1:9090' },
    instance: { type: 'string', default: '.*' },
    minutes: { type: 'string', default: '30' },
    output: { type: 'string', default: 'images' },
    width: { type: 'string', multiple: true, default: ['1920', '390'] },
    theme: { type: 'string', default: 'dark' },
    chromium: { type: 'string', default: 'chromium' },
  },
});
const minutes = Number(options.minutes);
if (!(minutes > 0 && minutes <= 1440)) {
  fail(`--minutes ${options.minutes}: expected 1 to 1440`);
}
const dashboards = positionals.length ? positionals : ['overview', 'renderer', 'gpu'];
const output = resolve(options.output);
const end = Math.floor(Date.now() / 1000);
const start = end - minutes * 60;
const step = Math.max(2, Math.ceil((end - start) / MAX_POINTS));

function fail(message) {
  console.error(`render: ${message}`);
  process.exit(64);
}

/** Replaces the variables of a dashboard in a query, as Grafana does. */
function expand(expression) {
  const values = {
    job: 'avatar.*',
    instance: options.instance,
    __rate_interval: `${Math.max(step + 2, 8)}s`,
    __interval: `${step}s`,
    __range: `${minutes}m`,
    __range_s: String(minutes * 60),
  };
  return expression.replace(/\$\{?(\w+)(?::\w+)?\}?/g, (all, name) => values[name] ?? all);
}

async function query(target) {
  const instant = target.instant && !target.range;
  const form = new URLSearchParams({ query: expand(target.expr) });
  if (instant) {
    form.set('time', String(end));
  } else {
    form.set('start', String(start));
    form.set('end', String(end));
    form.set('step', String(step));
  }
  const url = `${options.prometheus}/api/v1/${instant ? 'query' : 'query_range'}`;
  const response = await fetch(url, { method: 'POST', body: form });
  const answer = await response.json();
  if (answer.status !== 'success') {
    throw new Error(`${target.expr}: ${answer.error}`);
  }
  return { refId: target.refId, legend: target.legendFormat, format: target.format, instant, result: answer.data.result };
}

async function withData(panel) {
  if (panel.type === 'row' || !panel.targets) {
    return { panel, results: [] };
  }
  return { panel, results: await Promise.all(panel.targets.filter((target) => target.expr).map(query)) };
}

/** Height of a page in pixels. */
function height(panels, width) {
  if (width < PHONE) {
    return panels.reduce((sum, panel) => sum + panel.gridPos.h * ROW, 60);
  }
  return Math.max(...panels.map((panel) => (panel.gridPos.y + panel.gridPos.h) * ROW)) + 60;
}

mkdirSync(output, { recursive: true });
const bundle = join(output, 'panels.js');
await build({
  entryPoints: [join(HERE, 'panels.jsx')],
  bundle: true,
  outfile: bundle,
  format: 'iife',
  loader: { '.svg': 'text', '.woff2': 'empty' },
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  logLevel: 'error',
});
for (const name of dashboards) {
  const file = join(HERE, '../dashboards', `avatar-${name}.json`);
  const dashboard = JSON.parse(readFileSync(file, 'utf8'));
  const panels = await Promise.all(dashboard.panels.map(withData));
  for (const width of options.width.map(Number)) {
    const page = join(output, `${name}.html`);
    const data = { title: dashboard.title, panels, start, end, width, phone: width < PHONE, theme: options.theme };
    const text = JSON.stringify(data).replace(/</g, '\\u003c');
    writeFileSync(page, `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="panels.css"><body><div id="root"></div><script>window.dashboard=${text}</script><script src="panels.js"></script>`);
    const image = join(output, `${name}-${width}.png`);
    execFileSync(options.chromium, [
      '--headless=new', '--no-sandbox', '--hide-scrollbars', '--disable-gpu', '--allow-file-access-from-files',
      `--window-size=${width},${height(dashboard.panels, width)}`, '--virtual-time-budget=10000', `--screenshot=${image}`, `file://${page}`,
    ], { stdio: 'ignore', timeout: 120_000 });
    console.log(image);
    rmSync(page);
  }
}
rmSync(bundle);
rmSync(join(output, 'panels.css'), { force: true });
