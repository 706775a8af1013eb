package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.threshold.Thresholds;

/** Judges one part by its readings; decides only, reads nothing itself. */
@FunctionalInterface
interface HealthCheck {

    HealthResult judge(SampleLookup readings, Thresholds limits);
}
