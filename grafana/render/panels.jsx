// The panels of a dashboard with Grafana's components. State timelines and heatmaps are part of Grafana itself, not of
// @grafana/ui: they are drawn here, with Grafana's colours and texts of the values.
import { createTheme, dateTime, FieldType, getDisplayProcessor, getFieldDisplayValues, ThemeContext } from '@grafana/data';
import { BarGauge, BigValue, GlobalStyles, Table, TimeSeries } from '@grafana/ui';
import 'uplot/dist/uPlot.min.css';
import React from 'react';
import { createRoot } from 'react-dom/client';

const { panels, start, end, width, phone, theme: mode, title } = window.dashboard;
const theme = createTheme({ colors: { mode } });
const GAP = 8;
const range = { from: dateTime(start * 1000), to: dateTime(end * 1000), raw: { from: 'now', to: 'now' } };

function name(legend, metric) {
  if (!legend || legend === '__auto') {
    const labels = Object.entries(metric).filter(([key]) => key !== '__name__');
    return labels.length ? `{${labels.map(([k, v]) => `${k}="${v}"`).join(', ')}}` : metric.__name__ ?? 'Value';
  }
  return legend.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (all, key) => metric[key] ?? '');
}

function set(target, path, value) {
  const keys = path.split('.');
  const last = keys.pop();
  const at = keys.reduce((object, key) => (object[key] = { ...object[key] }), target);
  at[last] = value;
}

function matches(matcher, field, refId) {
  switch (matcher.id) {
    case 'byName':
      return field.name === matcher.options || field.config.displayName === matcher.options;
    case 'byRegexp': {
      const parts = /^\/(.*)\/(\w*)$/.exec(matcher.options);
      return (parts ? new RegExp(parts[1], parts[2]) : new RegExp(matcher.options)).test(field.config.displayName ?? field.name);
    }
    case 'byFrameRefID':
      return refId === matcher.options;
    case 'byType':
      return field.type === matcher.options;
    default:
      throw new Error(`matcher ${matcher.id} is not supported`);
  }
}

/** Settings of the panel and its overrides. */
function configure(frames, fieldConfig) {
  let index = 0;
  for (const frame of frames) {
    for (const field of frame.fields) {
      const config = JSON.parse(JSON.stringify({ ...fieldConfig.defaults, custom: fieldConfig.defaults?.custom ?? {} }));
      field.config = { ...config, ...field.config, custom: { ...config.custom, ...field.config.custom } };
      for (const override of fieldConfig.overrides ?? []) {
        if (matches(override.matcher, field, frame.refId)) {
          override.properties.forEach(({ id, value }) => set(field.config, id, value));
        }
      }
      if (field.type === FieldType.time) {
        field.config.unit = undefined;
      }
      if (field.type === FieldType.number) {
        field.state = { ...field.state, seriesIndex: index++ };
      }
      field.display = getDisplayProcessor({ field, theme });
    }
  }
  return frames;
}

function seriesFrames(results, fieldConfig) {
  const frames = results.flatMap(({ refId, legend, result }) =>
    result.map(({ metric, values, value }) => {
      const samples = values ?? [value];
      const text = name(legend, metric);
      return {
        name: text,
        refId,
        length: samples.length,
        fields: [
          { name: 'Time', type: FieldType.time, config: {}, values: samples.map(([time]) => time * 1000) },
          { name: text, type: FieldType.number, values: samples.map(([, v]) => Number(v)), labels: metric, config: { displayName: text } },
        ],
      };
    })
  );
  return configure(frames, fieldConfig);
}

/** Series with gaps as null, so that lines end where samples end. */
function withGaps(frames) {
  const times = [...new Set(frames.flatMap((frame) => frame.fields[0].values))].sort((a, b) => a - b);
  for (const frame of frames) {
    const at = new Map(frame.fields[0].values.map((time, i) => [time, frame.fields[1].values[i]]));
    frame.fields[0].values = times;
    frame.fields[1].values = times.map((time) => at.get(time) ?? null);
    frame.length = times.length;
  }
  return frames;
}

function tableFrame(panel, results) {
  const columns = new Map();
  const rows = new Map();
  for (const { refId, result } of results) {
    for (const { metric, value } of result) {
      const labels = Object.entries(metric).filter(([key]) => key !== '__name__');
      const key = JSON.stringify(results.length > 1 ? labels.filter(([k]) => k !== 'job').sort() : labels.sort());
      const row = rows.get(key) ?? {};
      labels.forEach(([k, v]) => (row[k] = v));
      row[results.length > 1 ? `Value #${refId}` : 'Value'] = Number(value[1]);
      row.Time = value[0] * 1000;
      rows.set(key, row);
      Object.keys(row).forEach((column) => columns.set(column, true));
    }
  }
  let names = [...columns.keys()];
  for (const { id, options } of panel.transformations ?? []) {
    if (id === 'filterFieldsByName') {
      const { names: listed, pattern } = options.include ?? {};
      names = names.filter((column) => (listed?.includes(column) ?? false) || (pattern ? new RegExp(pattern.replace(/^\/|\/$/g, '')).test(column) : false));
    } else if (id === 'organize') {
      names = names.filter((column) => !options.excludeByName?.[column]);
      names.sort((a, b) => (options.indexByName?.[a] ?? 99) - (options.indexByName?.[b] ?? 99));
    }
  }
  const renamed = panel.transformations?.find(({ id }) => id === 'organize')?.options.renameByName ?? {};
  const all = [...rows.values()];
  const frame = {
    refId: 'A',
    length: all.length,
    fields: names.map((column) => ({
      name: renamed[column] || column,
      type: column.startsWith('Value') ? FieldType.number : column === 'Time' ? FieldType.time : FieldType.string,
      values: all.map((row) => row[column] ?? null),
      config: {},
      getLinks: () => [],
    })),
  };
  return configure([frame], panel.fieldConfig)[0];
}

function displayValues(panel, frames, reduce) {
  return getFieldDisplayValues({
    data: frames,
    fieldConfig: panel.fieldConfig,
    reduceOptions: reduce ?? panel.options.reduceOptions,
    replaceVariables: (text) => text,
    sparkline: panel.options.graphMode !== 'none',
    theme,
    timeZone: 'browser',
  });
}

function Empty({ panel }) {
  return <div style={{ color: theme.colors.text.secondary, height: '100%', display: 'flex', alignItems: 'center', justifyContent: 'center', textAlign: 'center', padding: 8 }}>{panel.fieldConfig?.defaults?.noValue ?? 'No data'}</div>;
}

function Stat({ panel, results, width, height }) {
  const frames = seriesFrames(results, panel.fieldConfig);
  if (!frames.length) {
    return <Empty panel={panel} />;
  }
  const values = displayValues(panel, frames);
  const vertical = width < height;
  return (
    <div style={{ display: 'flex', flexDirection: vertical ? 'column' : 'row' }}>
      {values.map((value, i) => (
        <BigValue key={i} value={value.display} sparkline={value.sparkline} theme={theme} colorMode={panel.options.colorMode} graphMode={panel.options.graphMode}
          justifyMode={panel.options.justifyMode} textMode={values.length > 1 && panel.options.textMode === 'auto' ? 'value_and_name' : panel.options.textMode}
          text={panel.options.text} count={values.length} width={vertical ? width : width / values.length} height={vertical ? height / values.length : height} />
      ))}
    </div>
  );
}

function Bars({ panel, results, width, height }) {
  const frames = seriesFrames(results, panel.fieldConfig);
  if (!frames.length) {
    return <Empty panel={panel} />;
  }
  const values = displayValues(panel, frames);
  return (
    <div>
      {values.map((value, i) => (
        <BarGauge key={i} value={value.display} field={value.field} theme={theme} display={value.view?.getFieldDisplayProcessor?.(value.colIndex)} orientation={panel.options.orientation === 'auto' ? 'horizontal' : panel.options.orientation}
          displayMode={panel.options.displayMode} showUnfilled={panel.options.showUnfilled} text={panel.options.text} width={width} height={height / values.length - 6} itemSpacing={6}
          alignmentFactors={{ title: values.map((v) => v.display.title ?? '').reduce((a, b) => (a.length > b.length ? a : b), ''), text: '100000 %' }} />
      ))}
    </div>
  );
}

function Series({ panel, results, width, height }) {
  const frames = withGaps(seriesFrames(results, panel.fieldConfig));
  if (!frames.length) {
    return <Empty panel={panel} />;
  }
  return <TimeSeries frames={frames} structureRev={1} timeRange={range} timeZone="browser" width={width} height={height} legend={panel.options.legend} options={panel.options} />;
}

function States({ panel, results, width, height }) {
  const frames = seriesFrames(results, panel.fieldConfig);
  if (!frames.length) {
    return <Empty panel={panel} />;
  }
  const label = Math.min(220, width / 3);
  const row = Math.min(40, (height - 24) / frames.length);
  const x = (time) => label + ((time - start * 1000) / ((end - start) * 1000)) * (width - label);
  return (
    <svg width={width} height={height} fontFamily="sans-serif" fontSize="12" fill={theme.colors.text.primary}>
      {frames.map((frame, i) => {
        const [time, value] = frame.fields;
        const step = time.values.length > 1 ? time.values[1] - time.values[0] : 1000;
        const runs = [];
        time.values.forEach((at, k) => {
          const shown = value.display(value.values[k]);
          const last = runs[runs.length - 1];
          if (last && last.text === shown.text && at - last.to <= step * 1.5) {
            last.to = at;
          } else {
            runs.push({ from: at, to: at, text: shown.text, color: shown.color });
          }
        });
        return (
          <g key={i} transform={`translate(0 ${i * row})`}>
            <text x={label - 8} y={row / 2 + 4} textAnchor="end">{value.config.displayName.slice(0, Math.floor(label / 7))}</text>
            {runs.map((run, k) => {
              const w = Math.max(1, x(run.to + step) - x(run.from));
              return (
                <g key={k}>
                  <rect x={x(run.from)} y={2} width={w} height={row - 4} fill={run.color} opacity="0.8" />
                  {w > run.text.length * 8 && <text x={x(run.from) + 6} y={row / 2 + 4} fill={theme.colors.getContrastText(run.color.startsWith('#') ? run.color : '#000000')}>{run.text}</text>}
                </g>
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}

const upper = (le) => (le === '+Inf' ? Infinity : Number(le));

function Heat({ panel, results, width, height }) {
  const series = results.flatMap(({ result }) => result).sort((a, b) => upper(a.metric.le) - upper(b.metric.le));
  if (!series.length) {
    return <Empty panel={panel} />;
  }
  const times = [...new Set(series.flatMap(({ values }) => values.map(([time]) => time)))].sort((a, b) => a - b);
  let below = new Map();
  const rows = series.map(({ metric, values }) => {
    const cumulative = new Map(values.map(([time, v]) => [time, Number(v)]));
    const cells = times.map((time) => Math.max(0, (cumulative.get(time) ?? 0) - (below.get(time) ?? 0)));
    below = cumulative;
    return { le: metric.le, cells };
  }).filter(({ cells }) => cells.some((cell) => cell > 0));
  const most = Math.max(1e-9, ...rows.flatMap(({ cells }) => cells));
  const h = (height - 10) / Math.max(1, rows.length);
  const w = (width - 60) / times.length;
  return (
    <svg width={width} height={height} fontFamily="sans-serif" fontSize="11" fill={theme.colors.text.secondary}>
      {rows.map(({ le, cells }, i) => (
        <g key={le} transform={`translate(0 ${height - (i + 1) * h})`}>
          <text x="54" y={h / 2 + 4} textAnchor="end">{le === '+Inf' ? 'longer' : `${Number((upper(le) * 1000).toPrecision(3))} ms`}</text>
          {cells.map((cell, k) => cell > 0 && <rect key={k} x={60 + k * w} width={w} height={h - 1} fill={`rgba(255,152,48,${Math.sqrt(cell / most)})`} />)}
        </g>
      ))}
    </svg>
  );
}

function Rows({ panel, results, width, height }) {
  const frame = tableFrame(panel, results);
  if (!frame.length) {
    return <Empty panel={panel} />;
  }
  return <Table data={frame} width={width - 12} height={height} showTypeIcons={false} cellHeight={panel.options.cellHeight} columnMinWidth={80} enablePagination={false} />;
}

function Text({ panel }) {
  return <pre style={{ whiteSpace: 'pre-wrap', background: 'none', border: 'none', margin: 0 }}>{panel.options.content}</pre>;
}

const KINDS = { stat: Stat, bargauge: Bars, timeseries: Series, 'state-timeline': States, heatmap: Heat, table: Rows, text: Text };

class Guard extends React.Component {
  state = {};
  static getDerivedStateFromError(error) {
    return { error };
  }
  render() {
    return this.state.error ? <pre style={{ color: 'red' }}>{String(this.state.error)}</pre> : this.props.children;
  }
}

function Panel({ panel, results, box }) {
  if (panel.type === 'row') {
    return <div style={{ position: 'absolute', left: box.x, top: box.y, fontSize: 16, fontWeight: 500, padding: '4px 8px' }}>▾ {panel.title}</div>;
  }
  const Kind = KINDS[panel.type];
  const inner = { width: box.w - 18, height: box.h - (panel.title ? 42 : 18) };
  return (
    <div style={{ position: 'absolute', left: box.x, top: box.y, width: box.w, height: box.h, background: theme.components.panel.background, border: `1px solid ${theme.components.panel.borderColor}`, borderRadius: 2, overflow: 'hidden' }}>
      {panel.title && <div style={{ padding: '6px 8px', height: 32, boxSizing: 'border-box', fontWeight: 500, whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' }}>{panel.title}</div>}
      <div style={{ margin: panel.title ? '0 8px 8px' : 8, ...inner }}>
        <Guard>{Kind ? <Kind panel={panel} results={results} {...inner} /> : `${panel.type}: not rendered here`}</Guard>
      </div>
    </div>
  );
}

function boxes() {
  const column = (width - GAP) / 24;
  let y = 44;
  return panels.map(({ panel }) => {
    const grid = panel.gridPos;
    if (phone) {
      const box = { x: GAP, y, w: width - 2 * GAP, h: grid.h * 38 - GAP };
      y += grid.h * 38;
      return box;
    }
    return { x: GAP + grid.x * column, y: 44 + grid.y * 38, w: grid.w * column - GAP, h: grid.h * 38 - GAP };
  });
}

function Dashboard() {
  const all = boxes();
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <div style={{ fontFamily: 'Inter, sans-serif', fontSize: 14, color: theme.colors.text.primary }}>
        <h1 style={{ fontSize: 18, padding: '10px 12px', margin: 0 }}>{title}</h1>
        {panels.map((entry, i) => <Panel key={i} {...entry} box={all[i]} />)}
      </div>
    </ThemeContext.Provider>
  );
}

document.body.style.background = theme.colors.background.canvas;
createRoot(document.getElementById('root')).render(<Dashboard />);
