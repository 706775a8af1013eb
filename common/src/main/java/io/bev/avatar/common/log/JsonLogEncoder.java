package io.bev.avatar.common.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.ZoneOffset;

/**
 * One JSON object a line:
 *
 * <pre>{@code
 * {"timestamp":"2026-01-02T03:04:05.678Z","level":"WARN","logger":"io.bev.avatar.renderer.frame.FrameMonitor","thread":"render",
 *  "message":"a frame failed","frame":1234,"state":17,"exception":"java.lang.IllegalStateException: ...\n\tat ..."}
 * }</pre>
 *
 * {@code frame} and {@code state} are the sequence numbers of {@link LogContext}; where there is none, and for an event without a
 * fault, the fields are absent.
 */
final class JsonLogEncoder extends LogEncoder {

    private static final String HEX = "0123456789abcdef";

    private final boolean journal;

    /** @param journal whether each line begins with the priority that systemd's journal takes from it */
    JsonLogEncoder(boolean journal) {
        this.journal = journal;
    }

    @Override
    void append(ILoggingEvent event, StringBuilder line) {
        if (journal) {
            priority(event, line);
        }
        line.append("{\"timestamp\":\"");
        time(event.getInstant(), ZoneOffset.UTC, line);
        line.append("Z\"");
        field("level", level(event), line);
        field("logger", event.getLoggerName(), line);
        field("thread", event.getThreadName(), line);
        field("message", message(event), line);
        LogContext.of(getContext()).ifPresent(trace -> {
            line.append(",\"frame\":").append(trace.frame().getAsLong());
            line.append(",\"state\":").append(trace.state().getAsLong());
        });
        stack(event).ifPresent(stack -> field("exception", stack, line));
        line.append("}\n");
    }

    private static void field(String name, String value, StringBuilder line) {
        line.append(",\"").append(name).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            character(value.charAt(i), line);
        }
        line.append('"');
    }

    private static void character(char c, StringBuilder line) {
        switch (c) {
            case '"', '\\' -> line.append('\\').append(c);
            case '\n' -> line.append("\\n");
            case '\t' -> line.append("\\t");
            default -> {
                // Half a character, too: as UTF-8 it would come out as a question mark.
                if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
                    line.append("\\u");
                    for (int shift = 12; shift >= 0; shift -= 4) {
                        line.append(HEX.charAt(c >> shift & 0xf));
                    }
                } else {
                    line.append(c);
                }
            }
        }
    }
}
