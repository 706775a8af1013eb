package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.log.LoggingSystem;

/** Limits the log to errors for commands that print their own results. */
final class QuietLog {

    private QuietLog() {}

    static void errorsOnly() {
        LoggingSystem.ofProcess().errorsOnly();
    }
}
