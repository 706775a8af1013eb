package io.bev.avatar.common.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.bev.avatar.common.text.SecretRedactor;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** Writes an event as a line of text in UTF-8, without secrets and of bounded length. */
abstract class LogEncoder extends EncoderBase<ILoggingEvent> {

    /** Characters; the journal cuts lines at 48 KiB, in which message and stack trace then fit. */
    private static final int MAX_MESSAGE_LENGTH = 8_000;

    private static final int MAX_STACK_LENGTH = 24_000;
    private static final byte[] NOTHING = {};

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(256);
        append(event, line);
        return line.toString().getBytes(UTF_8);
    }

    /** Appends the event with its line end. */
    abstract void append(ILoggingEvent event, StringBuilder line);

    static String message(ILoggingEvent event) {
        return bounded(String.valueOf(event.getFormattedMessage()), MAX_MESSAGE_LENGTH);
    }

    /** The stack trace of the event's fault, causes included. */
    static Optional<String> stack(ILoggingEvent event) {
        return Optional.ofNullable(event.getThrowableProxy())
                .map(proxy -> bounded(ThrowableProxyUtil.asString(proxy), MAX_STACK_LENGTH));
    }

    private static String bounded(String text, int longest) {
        String whole = SecretRedactor.redact(text);
        return whole.length() <= longest
                ? whole
                : whole.substring(0, longest) + "... (" + (whole.length() - longest) + " characters more)";
    }

    /** The event's level by name; {@code CRITICAL} for events of {@link LoggingSystem#CRITICAL}. */
    static String level(ILoggingEvent event) {
        return critical(event) ? "CRITICAL" : event.getLevel().toString();
    }

    private static boolean critical(ILoggingEvent event) {
        return event.getLoggerName().equals(LoggingSystem.CRITICAL);
    }

    /** {@code <2>} to {@code <7>}, the journal's priorities of syslog(3). */
    static void priority(ILoggingEvent event, StringBuilder line) {
        Level level = event.getLevel();
        char digit = '7';
        if (critical(event)) {
            digit = '2';
        } else if (level.isGreaterOrEqual(Level.ERROR)) {
            digit = '3';
        } else if (level.isGreaterOrEqual(Level.WARN)) {
            digit = '4';
        } else if (level.isGreaterOrEqual(Level.INFO)) {
            digit = '6';
        }
        line.append('<').append(digit).append('>');
    }

    /** {@code 2026-01-02T03:04:05.678}: by hand, since a formatter of java.time is a hundred classes at start. */
    static void time(Instant instant, ZoneOffset offset, StringBuilder line) {
        LocalDateTime t = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), offset);
        digits(t.getYear(), 4, line);
        digits(t.getMonthValue(), 2, line.append('-'));
        digits(t.getDayOfMonth(), 2, line.append('-'));
        digits(t.getHour(), 2, line.append('T'));
        digits(t.getMinute(), 2, line.append(':'));
        digits(t.getSecond(), 2, line.append(':'));
        digits(t.getNano() / 1_000_000, 3, line.append('.'));
    }

    private static void digits(int value, int count, StringBuilder line) {
        for (int unit = (int) Math.round(Math.pow(10, count - 1)); unit > 0; unit /= 10) {
            line.append((char) ('0' + value / unit % 10));
        }
    }
}
