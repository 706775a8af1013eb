package io.bev.avatar.common.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogLineTest {

    private final LogLine layout = new LogLine(ZoneOffset.UTC);

    @Test
    void event_isOneLineWithTimeLevelThreadAndClass() {
        assertThat(layout.doLayout(event(Level.WARN, "collector redis fails", null)))
                .isEqualTo("2026-01-01T12:00:00.250Z WARN  [nvml] Session: collector redis fails"
                        + System.lineSeparator());
    }

    @Test
    void lineBreakInMessage_becomesABar() {
        assertThat(layout.doLayout(event(Level.INFO, "a\r\n2026 INFO  [main] forged\n\nb\n", null)))
                .endsWith("Session: a | 2026 INFO  [main] forged | b" + System.lineSeparator());
    }

    @Test
    void fault_followsWithItsStackTrace() {
        String text = layout.doLayout(event(Level.ERROR, "died", new IllegalStateException("why")));

        assertThat(text.lines()).element(1).isEqualTo("java.lang.IllegalStateException: why");
        assertThat(text).contains("\tat " + LogLineTest.class.getName());
    }

    private static LoggingEvent event(Level level, String message, @Nullable Throwable fault) {
        LoggerContext context = new LoggerContext();
        LoggingEvent event = new LoggingEvent("", context.getLogger("io.bev.Session"), level, message, fault, null);
        event.setThreadName("nvml");
        event.setInstant(Instant.parse("2026-01-01T12:00:00.250Z"));
        return event;
    }
}
