package io.bev.avatar.exporter.collector.host;

import java.util.ArrayList;
import java.util.List;

/** Parser of whitespace-separated fields in kernel files. */
final class Fields {

    /** Every number of so many digits fits into a long. */
    private static final int MAX_LONG_DIGITS = 18;

    private Fields() {}

    static String[] split(String line) {
        List<String> fields = new ArrayList<>(16);
        int start = -1;
        for (int i = 0; i <= line.length(); i++) {
            boolean blank = i == line.length() || separator(line.charAt(i));
            if (blank && start >= 0) {
                fields.add(line.substring(start, i));
                start = -1;
            } else if (!blank && start < 0) {
                start = i;
            }
        }
        return fields.isEmpty() ? new String[] {""} : fields.toArray(new String[0]);
    }

    /** Number of fields of {@link #split}. */
    static int count(String line) {
        int count = 0;
        for (int i = 0; i < line.length(); i++) {
            if (!separator(line.charAt(i)) && (i == 0 || separator(line.charAt(i - 1)))) {
                count++;
            }
        }
        return Math.max(1, count);
    }

    /** Only what the kernel writes between fields: other white space belongs to names. */
    private static boolean separator(char c) {
        return c == ' ' || c == '\t' || c == '\n';
    }

    /** Whether a long represents the field; parsing a long is much cheaper than parsing a double. */
    private static boolean integer(String field) {
        if (field.isEmpty() || field.length() > MAX_LONG_DIGITS) {
            return false;
        }
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) < '0' || field.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /**
     * A number as the kernel writes it.
     *
     * @throws NumberFormatException for any other text, among them what Java takes for one, such as NaN, 7d and 0x1p3
     */
    static double decimal(String text) {
        for (int i = 0; i < text.length(); i++) {
            if ("0123456789.-".indexOf(text.charAt(i)) < 0) {
                throw new NumberFormatException("found '" + text + "', expected a decimal number");
            }
        }
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            throw new NumberFormatException("found '" + text + "', which is too large");
        }
        return value;
    }

    /** @throws IllegalArgumentException when the field is missing or not a number; the message contains the line */
    static double number(String[] fields, int index) {
        try {
            return index < fields.length && integer(fields[index])
                    ? Long.parseLong(fields[index])
                    : decimal(fields[index]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "found '" + String.join(" ", fields) + "', expected a number as field " + (index + 1), e);
        }
    }
}
