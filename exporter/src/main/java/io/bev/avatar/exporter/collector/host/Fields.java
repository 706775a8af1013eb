package io.bev.avatar.exporter.collector.host;

import java.util.regex.Pattern;

/** Lines of blank-separated fields, as the kernel writes them. */
final class Fields {

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private Fields() {}

    static String[] split(String line) {
        return BLANKS.split(line.strip());
    }

    /** @throws IllegalArgumentException when the field is missing or no number; the message holds the line */
    static double number(String[] fields, int index) {
        try {
            return Double.parseDouble(fields[index]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "found '" + String.join(" ", fields) + "', expected a number as field " + (index + 1), e);
        }
    }
}
