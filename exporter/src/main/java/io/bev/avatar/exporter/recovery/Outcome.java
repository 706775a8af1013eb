package io.bev.avatar.exporter.recovery;

import java.util.Locale;

/** How a firing's recovery ended. */
enum Outcome {
    /** The renderer did it. */
    DONE,
    /** The renderer refused or was not reached. */
    FAILED,
    /** There is nothing there that it could be done to. */
    NOT_APPLICABLE,
    /** The exporter ended while it was being done; whether it was is not known, and it is not done again. */
    INTERRUPTED,
    /** A person has switched it off. */
    DISABLED,
    /** It was done so often within the hour that once more would be a loop. */
    CAPPED,
    /** The alert was over before its turn came. */
    OVER;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether an alert that fires on after this says that recovery does not help. */
    boolean shouldHaveHelped() {
        return this == DONE || this == FAILED || this == INTERRUPTED || this == CAPPED;
    }
}
