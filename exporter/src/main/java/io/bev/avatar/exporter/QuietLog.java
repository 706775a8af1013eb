package io.bev.avatar.exporter;

import io.bev.avatar.common.log.ProgramLog;

/** Keeps the log of a command that prints its findings itself to what it cannot say otherwise. */
final class QuietLog {

    private QuietLog() {}

    static void errorsOnly() {
        ProgramLog.ofProcess().errorsOnly();
    }
}
