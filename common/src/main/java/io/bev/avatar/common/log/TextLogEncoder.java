package io.bev.avatar.common.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.Collectors;

/**
 * A line for people, {@code 2026-01-02T03:04:05.678+01:00 WARN  [render] FrameMonitor: a frame failed}, with the stack trace of a
 * fault below. To the journal without the time, which it has itself.
 */
final class TextLogEncoder extends LogEncoder {

    private final boolean journal;
    private final ZoneId zone;

    /** @param journal whether each line begins with the priority that systemd's journal takes from it */
    TextLogEncoder(boolean journal, ZoneId zone) {
        this.journal = journal;
        this.zone = zone;
    }

    @Override
    void append(ILoggingEvent event, StringBuilder line) {
        if (journal) {
            priority(event, line);
        } else {
            ZoneOffset offset = zone.getRules().getOffset(event.getInstant());
            time(event.getInstant(), offset, line);
            line.append(offset.getId()).append(' ');
        }
        String level = level(event);
        line.append(level).append(" ".repeat(Math.max(1, 6 - level.length())));
        line.append('[').append(event.getThreadName()).append("] ");
        String logger = event.getLoggerName();
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
        line.append(message(event).lines().collect(Collectors.joining(" | "))).append('\n');
        stack(event)
                .ifPresent(stack -> stack.lines().forEach(part -> {
                    if (journal) {
                        priority(event, line);
                    }
                    line.append(part).append('\n');
                }));
    }
}
