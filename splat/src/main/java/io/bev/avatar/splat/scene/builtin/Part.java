package io.bev.avatar.splat.scene.builtin;

/** Body part of a surfel; determines which muscles and joints move it. */
enum Part {
    SKIN,
    UPPER_LIP,
    LOWER_LIP,
    EYE,
    LID,
    BROW,
    /** Fixed to the skull: upper teeth, gums, palate. */
    UPPER_MOUTH,
    /** Moves with the jaw: lower teeth, tongue. */
    LOWER_MOUTH,
    TONGUE,
    HAIR,
    CLOTH
}
