package io.bev.avatar.common.log;

import ch.qos.logback.classic.Level;

/** Lowest level that a logger writes. */
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
