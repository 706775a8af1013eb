package io.bev.avatar.common.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * One line an event, then the stack trace if there is one. A line break within the message becomes a bar, so that nobody's
 * input can pass for a line of ours.
 *
 * <pre>
 * 2026-01-01T12:00:00.000Z WARN  [collector-redis] CollectorSlot: collector redis fails: ...
 * </pre>
 */
public final class LogLine extends LayoutBase<ILoggingEvent> {

    private final DateTimeFormatter time;

    /** @param zone in which the time is told */
    public LogLine(ZoneId zone) {
        time = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
                .withZone(zone);
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        time.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
        String level = event.getLevel().toString();
        line.append(' ').append(level).append(" ".repeat(Math.max(0, 5 - level.length())));
        line.append(" [").append(event.getThreadName()).append("] ");
        String logger = event.getLoggerName();
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
        appendMessage(line, event.getFormattedMessage());
        line.append(System.lineSeparator());
        IThrowableProxy fault = event.getThrowableProxy();
        if (fault != null) {
            line.append(ThrowableProxyUtil.asString(fault));
        }
        return line.toString();
    }

    private static void appendMessage(StringBuilder line, String message) {
        boolean broken = false;
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            if (c == '\r' || c == '\n') {
                broken = true;
            } else {
                line.append(broken ? " | " : "").append(c);
                broken = false;
            }
        }
    }
}
