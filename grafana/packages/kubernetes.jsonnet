// Manifests for the Prometheus operator and Grafana's sidecar: jsonnet --yaml-stream kubernetes.jsonnet | kubectl apply -f -
local mixin = import 'mixin.libsonnet';

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
    data: { [name]: std.manifestJsonEx(mixin.grafanaDashboards[name], '  ') },
  }
  for name in std.objectFields(mixin.grafanaDashboards)
]
