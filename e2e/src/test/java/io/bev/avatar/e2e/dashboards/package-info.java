/** The Grafana dashboards: rendered from their sources, held against the linter's rules, a schema and a live Prometheus. */
@NullMarked
package io.bev.avatar.e2e.dashboards;

import org.jspecify.annotations.NullMarked;
