package io.bev.avatar.exporter;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the log of a command that prints its findings itself to what it cannot say otherwise. */
final class QuietLog {

    private QuietLog() {}

    static void errorsOnly() {
        if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(Level.ERROR);
        }
    }
}
