package io.bev.avatar.common.log;

/** How an event is written to standard error. */
public enum LogFormat {
    /** {@link #JSON} to systemd's journal, otherwise {@link #TEXT}. */
    AUTO,
    /** For people. */
    TEXT,
    /** One object a line. */
    JSON
}
