package io.bev.avatar.common.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.common.text.SecretRedactor;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LogEncoderTest {

    private final LoggerContext context = new LoggerContext();

    private LoggingEvent event(Level level, String message, Optional<Throwable> fault, Object... arguments) {
        LoggingEvent event = new LoggingEvent(
                "",
                context.getLogger("io.bev.avatar.renderer.frame.FrameMonitor"),
                level,
                message,
                fault.orElse(null),
                arguments);
        event.setInstant(Instant.parse("2026-01-02T03:04:05.678901Z"));
        event.setThreadName("render");
        return event;
    }

    private String line(LogEncoder encoder, LoggingEvent event) {
        encoder.setContext(context);
        return new String(encoder.encode(event), UTF_8);
    }

    private static JsonNode parse(String line) throws IOException {
        assertThat(line).endsWith("}\n");
        assertThat(line.indexOf('\n')).as("one line").isEqualTo(line.length() - 1);
        return new ObjectMapper().readTree(line);
    }

    @Test
    void json_isWhatTheDocumentationShows() {
        new LogContext(() -> 1234, () -> 17).attach(context);

        assertThat(line(new JsonLogEncoder(false), event(Level.WARN, "a {} failed", Optional.empty(), "frame")))
                .isEqualTo("{\"timestamp\":\"2026-01-02T03:04:05.678Z\",\"level\":\"WARN\","
                        + "\"logger\":\"io.bev.avatar.renderer.frame.FrameMonitor\",\"thread\":\"render\","
                        + "\"message\":\"a frame failed\",\"frame\":1234,\"state\":17}\n");
    }

    @Test
    void json_withoutTrace_hasNoSequences() throws Exception {
        new LogContext(() -> 1234, () -> 17).attach(context);
        LogContext.detach(context);

        JsonNode event = parse(line(new JsonLogEncoder(false), event(Level.INFO, "x", Optional.empty())));

        assertThat(event.has("frame")).isFalse();
        assertThat(event.has("state")).isFalse();
        assertThat(event.has("exception")).isFalse();
    }

    @Test
    void json_ofAnyCharacter_isReadAsWritten() throws Exception {
        StringBuilder all = new StringBuilder("\uD83D\uDE00 \uD800 ä € \"\\");
        for (char c = 0; c < 0x100; c++) {
            all.append(c);
        }

        JsonNode event = parse(line(new JsonLogEncoder(false), event(Level.INFO, all.toString(), Optional.empty())));

        assertThat(event.path("message").asText()).isEqualTo(all.toString());
    }

    @Test
    void json_ofFault_holdsItsStackAndCause() throws Exception {
        Throwable fault = new IllegalStateException("outer", new IOException("no \"disk\""));

        JsonNode event = parse(line(new JsonLogEncoder(false), event(Level.ERROR, "x", Optional.of(fault))));

        assertThat(event.path("exception").asText())
                .startsWith("java.lang.IllegalStateException: outer\n\tat "
                        + getClass().getName())
                .contains("Caused by: java.io.IOException: no \"disk\"");
    }

    @Test
    void json_ofEndlessMessage_fitsTheJournal() throws Exception {
        StringBuilder message = new StringBuilder();
        Throwable fault = new IllegalStateException("y".repeat(1_000_000));

        String line = line(
                new JsonLogEncoder(true),
                event(Level.ERROR, message.append("x".repeat(100_000)).toString(), Optional.of(fault)));

        assertThat(line.length()).isLessThan(48 * 1024);
        assertThat(parse(line.substring(3)).path("message").asText()).endsWith("x... (92000 characters more)");
    }

    @Test
    void journal_getsItsPriorities() {
        assertThat(line(new JsonLogEncoder(true), event(Level.ERROR, "x", Optional.empty())))
                .startsWith("<3>{");
        assertThat(line(new JsonLogEncoder(true), event(Level.WARN, "x", Optional.empty())))
                .startsWith("<4>{");
        assertThat(line(new JsonLogEncoder(true), event(Level.INFO, "x", Optional.empty())))
                .startsWith("<6>{");
        assertThat(line(new JsonLogEncoder(true), event(Level.DEBUG, "x", Optional.empty())))
                .startsWith("<7>{");
        assertThat(line(new JsonLogEncoder(true), event(Level.TRACE, "x", Optional.empty())))
                .startsWith("<7>{");
    }

    @Test
    void criticalLogger_isAPriorityOfItsOwn() {
        LoggingEvent event = new LoggingEvent(
                "", context.getLogger(LoggingSystem.CRITICAL), Level.ERROR, "no listener", null, new Object[0]);

        assertThat(line(new JsonLogEncoder(true), event)).startsWith("<2>{").contains("\"level\":\"CRITICAL\"");
        assertThat(line(new TextLogEncoder(true, ZoneId.of("UTC")), event)).startsWith("<2>CRITICAL [");
    }

    @Test
    void text_isOneLineForPeople() {
        assertThat(line(
                        new TextLogEncoder(false, ZoneId.of("Asia/Kolkata")),
                        event(Level.WARN, "two problems\n  one\n  two", Optional.empty())))
                .isEqualTo("2026-01-02T08:34:05.678+05:30 WARN  [render] FrameMonitor: two problems |   one |   two\n");
    }

    @Test
    void text_toTheJournal_hasNoTimeAndAPriorityOnEachLine() {
        String lines = line(
                new TextLogEncoder(true, ZoneId.of("UTC")),
                event(Level.ERROR, "x", Optional.of(new IllegalStateException("y"))));

        assertThat(lines).startsWith("<3>ERROR [render] FrameMonitor: x\n<3>java.lang.IllegalStateException: y\n<3>");
        assertThat(lines.lines()).allMatch(line -> line.startsWith("<3>"));
    }

    @Test
    void secrets_areBlankedInMessagesAndFaults() {
        String secret = "open/s@same";
        Throwable fault = new IOException("redis://user:" + secret + "@host:6379: refused");
        for (LogEncoder encoder : new LogEncoder[] {
            new JsonLogEncoder(false), new JsonLogEncoder(true), new TextLogEncoder(false, ZoneId.of("UTC"))
        }) {
            String line = line(
                    encoder,
                    event(
                            Level.WARN,
                            "{}: https://:{}@host/path; password={} token=\"{}\" Authorization: Bearer {}",
                            Optional.of(fault),
                            "redis://" + secret + "@10.0.0.1/0",
                            secret,
                            secret,
                            secret,
                            secret));

            assertThat(line)
                    .doesNotContain("open", "s@same")
                    .contains("redis://***@10.0.0.1/0", "https://***@host/path", "password=***", "Bearer ***")
                    .contains("redis://***@host:6379: refused");
        }
    }

    @Test
    void blanking_leavesTheRest() {
        String harmless = "control-password-file: found nothing, expected a file; see http://127.0.0.1:8080/?a=b, a@b";
        assertThat(SecretRedactor.redact(harmless)).isEqualTo(harmless);
    }
}
