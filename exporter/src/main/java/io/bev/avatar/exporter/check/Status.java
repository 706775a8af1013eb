package io.bev.avatar.exporter.check;

import java.util.Locale;

/** Status of a check, in order of severity. */
public enum Status {
    OK(0),
    WARNING(1),
    FAILURE(2);

    private final int exitCode;

    Status(int exitCode) {
        this.exitCode = exitCode;
    }

    /** 0 ok, 1 warning, 2 failure. */
    public int exitCode() {
        return exitCode;
    }

    /** {@code ok}, {@code warning} or {@code failure}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
