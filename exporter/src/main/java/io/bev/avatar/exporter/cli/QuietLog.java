package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.log.LoggingSystem;

/** Keeps the log of a command that prints its findings itself to what it cannot say otherwise. */
final class QuietLog {

    private QuietLog() {}

    static void errorsOnly() {
        LoggingSystem.ofProcess().errorsOnly();
    }
}
