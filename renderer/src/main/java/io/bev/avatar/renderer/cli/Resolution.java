package io.bev.avatar.renderer.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Size of an image as written on a command line, {@code WIDTHxHEIGHT}, each 1..16384 pixels. */
record Resolution(int width, int height) {

    private static final int MAX_SIDE = 16_384;

    /** Reads {@code WIDTHxHEIGHT}. */
    static final class Converter implements ITypeConverter<Resolution> {

        private static final Pattern FORM = Pattern.compile("(\\d{1,5})[xX](\\d{1,5})");

        @Override
        public Resolution convert(String text) {
            Matcher match = FORM.matcher(text.strip());
            if (match.matches()) {
                int width = Integer.parseInt(match.group(1));
                int height = Integer.parseInt(match.group(2));
                if (Math.min(width, height) >= 1 && Math.max(width, height) <= MAX_SIDE) {
                    return new Resolution(width, height);
                }
            }
            throw new TypeConversionException(
                    "'" + text + "': expected WIDTHxHEIGHT, each 1 to " + MAX_SIDE + ", such as 1280x720");
        }
    }
}
