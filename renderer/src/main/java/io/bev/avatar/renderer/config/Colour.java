package io.bev.avatar.renderer.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An opaque RGB colour; each channel 0..255. */
public record Colour(int red, int green, int blue) {

    /** Dark blue-grey, with good contrast to skin and hair. */
    public static final Colour DEFAULT = new Colour(0x16, 0x1b, 0x22);

    private static final Pattern HEX = Pattern.compile("#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})");

    public Colour {
        if ((red | green | blue) >>> 8 != 0) {
            throw new IllegalArgumentException(red + "," + green + "," + blue + ": expected 0..255 each");
        }
    }

    /** Reads {@code #rrggbb}. */
    public static Optional<Colour> parse(String text) {
        Matcher match = HEX.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        return Optional.of(new Colour(
                Integer.parseInt(match.group(1), 16),
                Integer.parseInt(match.group(2), 16),
                Integer.parseInt(match.group(3), 16)));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "#%02x%02x%02x", red, green, blue);
    }
}
