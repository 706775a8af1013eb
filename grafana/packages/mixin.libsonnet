// Monitoring mixin: the dashboards and rules of this repository, unchanged.
// rules.json is generated from alerting-rules by PackagesTest: jsonnet of the distributions cannot parse these YAML files.

{
  grafanaDashboards+:: {
    'avatar-overview.json': import '../dashboards/avatar-overview.json',
    'avatar-renderer.json': import '../dashboards/avatar-renderer.json',
    'avatar-gpu.json': import '../dashboards/avatar-gpu.json',
    'avatar-host.json': import '../dashboards/avatar-host.json',
    'avatar-fleet.json': import '../dashboards/avatar-fleet.json',
    'avatar-monitoring.json': import '../dashboards/avatar-monitoring.json',
  },
  // The groups contain recorded series and the alerts that use them.
  prometheusRules+:: {
    groups+: (import 'rules.json').groups,
  },
}
