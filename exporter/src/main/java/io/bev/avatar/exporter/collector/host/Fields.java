package io.bev.avatar.exporter.collector.host;

import java.util.ArrayList;
import java.util.List;

/** Parser of whitespace-separated fields in kernel files. */
final class Fields {

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

    /** Only what the kernel writes between fields: other white space belongs to names. */
    private static boolean separator(char c) {
        return c == ' ' || c == '\t' || c == '\n';
    }

    /** @throws IllegalArgumentException when the field is missing or not a number; the message contains the line */
    static double number(String[] fields, int index) {
        try {
            return Double.parseDouble(fields[index]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "found '" + String.join(" ", fields) + "', expected a number as field " + (index + 1), e);
        }
    }
}
