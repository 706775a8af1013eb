package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.threshold.Thresholds;

/** Threshold check of one area; evaluates collected samples and reads nothing itself. */
@FunctionalInterface
interface HealthCheck {

    HealthResult check(SampleLookup samples, Thresholds thresholds);
}
