package io.bev.avatar.exporter.health;

import java.time.Duration;

/** Formats durations. */
final class DurationFormat {

    private DurationFormat() {}

    /** The two largest units: {@code 3 d 4 h}, {@code 12 min 5 s}, {@code 7 s}. */
    static String format(Duration age) {
        if (age.toDays() > 0) {
            return age.toDays() + " d " + age.toHoursPart() + " h";
        }
        if (age.toHours() > 0) {
            return age.toHours() + " h " + age.toMinutesPart() + " min";
        }
        return age.toMinutes() > 0 ? age.toMinutes() + " min " + age.toSecondsPart() + " s" : age.toSeconds() + " s";
    }
}
