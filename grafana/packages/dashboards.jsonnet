// Plain dashboard files: jsonnet --multi DIRECTORY dashboards.jsonnet
(import 'mixin.libsonnet').grafanaDashboards
