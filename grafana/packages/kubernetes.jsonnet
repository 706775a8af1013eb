// Manifests for the Prometheus operator and Grafana's sidecar: jsonnet --yaml-stream kubernetes.jsonnet | kubectl apply -f -
local mixin = import 'mixin.libsonnet';

local files = {
  'avatar-overview.json': importstr '../dashboards/avatar-overview.json',
  'avatar-renderer.json': importstr '../dashboards/avatar-renderer.json',
  'avatar-gpu.json': importstr '../dashboards/avatar-gpu.json',
  'avatar-host.json': importstr '../dashboards/avatar-host.json',
  'avatar-fleet.json': importstr '../dashboards/avatar-fleet.json',
  'avatar-monitoring.json': importstr '../dashboards/avatar-monitoring.json',
};

[
  {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'avatar', labels: { 'app.kubernetes.io/name': 'avatar' } },
    spec: mixin.prometheusRules,
  },
] + [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: std.strReplace(name, '.json', ''),
      labels: { 'app.kubernetes.io/name': 'avatar', grafana_dashboard: '1' },
    },
    data: { [name]: files[name] },
  }
  for name in std.objectFields(files)
]
