package io.bev.avatar.exporter.health;

import java.util.Locale;

/** Status of a check; SKIPPED means that the check does not apply on this machine, and the summary gives the reason. */
public enum HealthStatus {
    OK(0),
    SKIPPED(0),
    WARNING(1),
    CRITICAL(2);

    private final int exitCode;

    HealthStatus(int exitCode) {
        this.exitCode = exitCode;
    }

    /** 0 ok or skipped, 1 warning, 2 critical. */
    public int exitCode() {
        return exitCode;
    }

    /** {@code ok}, {@code skipped}, {@code warning} or {@code critical}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
