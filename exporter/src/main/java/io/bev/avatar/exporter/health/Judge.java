package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.threshold.Limits;

/** Judges one part by its readings; decides only, reads nothing itself. */
@FunctionalInterface
interface Judge {

    HealthResult judge(Readings readings, Limits limits);
}
