// Dashboards in the form of grafana.com, which asks for the data source: jsonnet --multi DIRECTORY grafana-com.jsonnet
local mixin = import 'mixin.libsonnet';

local input = {
  name: 'DS_PROMETHEUS',
  label: 'Prometheus',
  description: 'Prometheus with the metrics of the avatar',
  type: 'datasource',
  pluginId: 'prometheus',
  pluginName: 'Prometheus',
};

local panelTypes(dashboard) = std.set(
  [panel.type for panel in dashboard.panels if panel.type != 'row']
  + [panel.type for row in dashboard.panels if row.type == 'row' for panel in row.panels]
);

local shared(dashboard) = dashboard {
  __inputs: [input],
  __elements: {},
  __requires: [
    { type: 'grafana', id: 'grafana', name: 'Grafana', version: '11.0.0' },
    { type: 'datasource', id: 'prometheus', name: 'Prometheus', version: '1.0.0' },
  ] + [
    { type: 'panel', id: type, name: type, version: '' }
    for type in panelTypes(dashboard)
  ],
  id: null,
  templating+: {
    list: [
      if variable.type == 'datasource' && variable.query == 'prometheus' then
        variable { current: { selected: false, text: '${DS_PROMETHEUS}', value: '${DS_PROMETHEUS}' } }
      else
        variable
      for variable in super.list
    ],
  },
};

{ [name]: shared(mixin.grafanaDashboards[name]) for name in std.objectFields(mixin.grafanaDashboards) }
