package io.bev.avatar.common.log;

import ch.qos.logback.classic.Level;

/** From which event on a logger speaks. */
public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR,
    OFF;

    Level level() {
        return Level.toLevel(name());
    }
}
