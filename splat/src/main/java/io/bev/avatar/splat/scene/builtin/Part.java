package io.bev.avatar.splat.scene.builtin;

/** What a surfel belongs to; decides which muscles and joints move it. */
enum Part {
    SKIN,
    UPPER_LIP,
    LOWER_LIP,
    EYE,
    LID,
    BROW,
    /** Fixed in the skull: upper teeth, gums, palate. */
    UPPER_MOUTH,
    /** Rides on the jaw: lower teeth, tongue. */
    LOWER_MOUTH,
    TONGUE,
    HAIR,
    CLOTH
}
