package io.bev.avatar.exporter.report;

import io.bev.avatar.exporter.report.TerminalFormat.Tone;
import java.util.Collection;
import java.util.Locale;

/** Status of a result. {@code check} reports {@link #FAILURE} where {@code health} reports {@link #CRITICAL}. */
public enum Status {
    OK(0, Tone.GOOD),
    /** Does not apply to this machine; the summary gives the reason. */
    SKIPPED(0, Tone.NONE),
    WARNING(1, Tone.WARNING),
    FAILURE(2, Tone.BAD),
    CRITICAL(2, Tone.BAD);

    private final int exitCode;
    private final Tone tone;

    Status(int exitCode, Tone tone) {
        this.exitCode = exitCode;
        this.tone = tone;
    }

    /** Severity and exit code: 0 ok or skipped, 1 warning, 2 failure or critical. */
    public int exitCode() {
        return exitCode;
    }

    /** Name in output, such as {@code ok}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The status with this {@link #word}. */
    public static Status of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** The most severe status; {@link #OK} if there is none or nothing is worse. */
    public static Status worst(Collection<Status> all) {
        return all.stream().reduce(OK, (worst, status) -> status.exitCode > worst.exitCode ? status : worst);
    }

    Tone tone() {
        return tone;
    }
}
