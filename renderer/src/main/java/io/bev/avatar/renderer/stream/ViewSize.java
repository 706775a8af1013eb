package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.renderer.config.ResolutionLadder;

/**
 * The area in which a viewer shows the avatar.
 *
 * @param width device pixels, 1..{@value #MAX_SIDE}
 * @param height device pixels, 1..{@value #MAX_SIDE}
 * @param lines frame height selected by the user, a step of {@link ResolutionLadder}; 0 for automatic
 */
record ViewSize(int width, int height, int lines) {

    static final int MAX_SIDE = 16_384;

    /** Share of the area's lines below which the next larger step is used. */
    private static final double TOLERANCE = 0.95;

    /**
     * Parses {@code {"type":"view","width":1280,"height":720,"lines":0}}; {@code lines} is optional.
     *
     * @throws IllegalArgumentException with field, found and expected value
     */
    static ViewSize parse(JsonNode message) {
        int lines = message.has("lines") ? integer(message, "lines", 0, ResolutionLadder.MAX_LINES) : 0;
        if (lines != 0 && !ResolutionLadder.contains(lines)) {
            throw new IllegalArgumentException("lines " + lines + ": expected 0, 360, 480, 540, 720 or 1080");
        }
        return new ViewSize(integer(message, "width", 1, MAX_SIDE), integer(message, "height", 1, MAX_SIDE), lines);
    }

    private static int integer(JsonNode message, String field, int min, int max) {
        JsonNode value = message.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
            throw new IllegalArgumentException(field + ": expected an integer from " + min + " to " + max);
        }
        return value.intValue();
    }

    /** Height of the smallest step that fills the area with a frame of this aspect ratio. */
    int wantedLines(double aspect) {
        return lines > 0 ? lines : ResolutionLadder.covering(TOLERANCE * Math.min(height, width / aspect));
    }
}
