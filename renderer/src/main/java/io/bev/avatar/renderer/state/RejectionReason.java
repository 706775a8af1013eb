package io.bev.avatar.renderer.state;

import java.util.Locale;

/** Why an update was refused; the labels are stable and appear in answers and as a metric's label. */
enum RejectionReason {
    /** Not JSON, not an object, or a field twice. */
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
    /** A sequence number that is not above the current one. */
    STALE,
    /** The same OSINT event again. */
    DUPLICATE,
    /** Neither Redis nor the journal could keep it. */
    NOT_DURABLE,
    /** More messages at once than are kept waiting. */
    OVERLOADED;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
