package io.bev.avatar.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Copy of the shipped rules with shorter times, so that all faults can be measured within minutes: each time is divided and a
 * constant is added; it never exceeds the shipped value. The order of the times, and so that of the alerts, is preserved. The
 * scrape and evaluation intervals of Prometheus do not change: the delay beyond a rule's {@code for} is that of the shipped rules.
 *
 * @param divisor divisor of every time
 * @param moreFor constant of {@code for}, {@code keep_firing_for} and the cooldown of a recovery, for several samples
 * @param moreWindow constant of windows and offsets, which must contain several samples
 * @param moreInterval constant of the evaluation interval of a group
 */
record ShortenedRules(int divisor, Duration moreFor, Duration moreWindow, Duration moreInterval) {

    /** Values of {@code bench detect}. */
    static final ShortenedRules STANDARD =
            new ShortenedRules(10, Duration.ofSeconds(8), Duration.ofSeconds(50), Duration.ofSeconds(2));

    /** The shipped times. */
    static final ShortenedRules SHIPPED = new ShortenedRules(1, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private static final Pattern FOR =
            Pattern.compile("(?m)^(\\s*(?:for|keep_firing_for|cooldown): )(\\d+[smhd])[ \\t]*$");
    private static final Pattern INTERVAL = Pattern.compile("(?m)^(\\s*interval: )(\\d+[smhd])[ \\t]*$");
    private static final Pattern WINDOW = Pattern.compile("(\\[|\\boffset )(\\d+[smhd])\\b");

    /** Copies configurations, texts and rules from {@code shipped} to {@code target}, with shorter times in the rules. */
    void copy(Path shipped, Path target) throws IOException {
        Files.createDirectories(target);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(shipped, "*.{yml,tmpl}")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String text = Files.readString(file);
                Files.writeString(target.resolve(name), name.endsWith(".rules.yml") ? shorten(text) : text);
            }
        }
    }

    String shorten(String rules) {
        String text = replace(rules, FOR, moreFor);
        text = replace(text, INTERVAL, moreInterval);
        return replace(text, WINDOW, moreWindow);
    }

    /** Explanation of a kind of times with the constant {@code more}. */
    String text(Duration more) {
        return divisor == 1
                ? "the shipped one"
                : "1/" + divisor + " of the shipped one plus " + more.toSeconds() + " s, at most the shipped one";
    }

    /** A {@code for} in this copy. */
    Duration shortenedFor(Duration shipped) {
        return shorten(shipped, moreFor);
    }

    private String replace(String text, Pattern pattern, Duration more) {
        return pattern.matcher(text).replaceAll(match -> replacement(match, more));
    }

    private String replacement(MatchResult match, Duration more) {
        return match.group(1) + shorten(duration(match.group(2)), more).toSeconds() + "s";
    }

    /** Shortened time in whole seconds, rounded up. */
    private Duration shorten(Duration shipped, Duration more) {
        Duration shorter = more.plusSeconds((shipped.toSeconds() + divisor - 1) / divisor);
        return shorter.compareTo(shipped) < 0 ? shorter : shipped;
    }

    /** Parses a Prometheus duration such as {@code 90s} or {@code 5m}. */
    static Duration duration(String text) {
        if (text.endsWith("ms")) {
            return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            case 'd' -> Duration.ofDays(number);
            default ->
                throw new IllegalArgumentException(
                        "invalid duration '" + text + "': expected a value such as 90s, 5m, 1h");
        };
    }
}
