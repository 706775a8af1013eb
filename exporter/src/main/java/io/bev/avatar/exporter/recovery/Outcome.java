package io.bev.avatar.exporter.recovery;

import java.util.Locale;

/** Result of a recovery attempt. */
enum Outcome {
    /** The renderer executed the action. */
    DONE,
    /** The renderer rejected the action or was unreachable. */
    FAILED,
    /** The action does not apply, for example because no GPU is in use. */
    NOT_APPLICABLE,
    /** The exporter stopped during the action; the result is unknown and the action is not repeated. */
    INTERRUPTED,
    /** Recovery or this action is disabled, or the alert is silenced or inhibited. */
    DISABLED,
    /** The hourly limit of the action is reached. */
    CAPPED,
    /** The alert was resolved before the action started. */
    OVER;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether an alert that still fires after this outcome counts as ineffective recovery. */
    boolean shouldHaveHelped() {
        return this == DONE || this == FAILED || this == INTERRUPTED || this == CAPPED;
    }
}
