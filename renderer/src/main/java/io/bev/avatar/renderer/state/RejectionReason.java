package io.bev.avatar.renderer.state;

import java.util.Arrays;
import java.util.Locale;

/** Reason for rejecting an update; the labels are stable and appear in responses and as a metric label. */
enum RejectionReason {
    /** Not JSON, not an object, or a duplicate field. */
    MALFORMED,
    /** Larger than {@link StateDocument#MAX_BYTES}. */
    TOO_LARGE,
    /** A schema version other than {@link AvatarState#SCHEMA}. */
    UNSUPPORTED_SCHEMA,
    WRONG_TYPE,
    OUT_OF_RANGE,
    UNKNOWN_EMOTION,
    UNKNOWN_ACTIVITY,
    UNKNOWN_BLENDSHAPE,
    MISSING_FIELD,
    /** A sequence number not above the current one. */
    STALE,
    /** A duplicate OSINT event. */
    DUPLICATE,
    /** Neither Redis nor the journal could store it. */
    NOT_DURABLE,
    /** The message queue is full. */
    OVERLOADED,
    /** The renderer has not restored its state yet. */
    STARTING;

    /** Whether the update itself is the cause, so that it can never be applied. */
    boolean isPermanent() {
        return switch (this) {
            case STALE, DUPLICATE, NOT_DURABLE, OVERLOADED, STARTING -> false;
            default -> true;
        };
    }

    /** Whether {@code label} is that of a permanent reason. */
    static boolean isPermanent(String label) {
        return Arrays.stream(values())
                .anyMatch(reason -> reason.isPermanent() && reason.label().equals(label));
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
