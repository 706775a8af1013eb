/** Grafana dashboards: rendered from their sources; checked against linter rules, a schema and a live Prometheus. */
@NullMarked
package io.bev.avatar.e2e.dashboards;

import org.jspecify.annotations.NullMarked;
