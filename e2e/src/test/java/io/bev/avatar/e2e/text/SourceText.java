package io.bev.avatar.e2e.text;

import java.util.ArrayList;
import java.util.List;

/** Splits a Java source into its texts, that is, comments and literals, and its code. */
final class SourceText {

    /** A text and the number of its line, from 1. */
    record Line(int number, String text) {}

    private final String source;
    private final List<Line> lines = new ArrayList<>();
    private final StringBuilder code = new StringBuilder();
    private int position;
    private int number = 1;

    private SourceText(String source) {
        this.source = source;
    }

    /** Comments and literals, one entry per line. */
    static List<Line> ofJava(String source) {
        return split(source).lines;
    }

    /** The source without comments and literals. */
    static String codeOf(String source) {
        return split(source).code.toString();
    }

    private static SourceText split(String source) {
        SourceText text = new SourceText(source);
        while (text.position < source.length()) {
            text.next();
        }
        return text;
    }

    /** All lines of a file that is not Java. */
    static List<Line> ofOther(String text) {
        SourceText all = new SourceText(text);
        all.add(text.length());
        return all.lines;
    }

    private void next() {
        char c = source.charAt(position);
        if (source.startsWith("//", position)) {
            add(end("\n", 2) - 1);
        } else if (source.startsWith("/*", position)) {
            add(end("*/", 2));
        } else if (source.startsWith("\"\"\"", position)) {
            add(end("\"\"\"", 3));
        } else if (c == '"' || c == '\'') {
            int end = position + 1;
            while (source.charAt(end) != c) {
                end += source.charAt(end) == '\\' ? 2 : 1;
            }
            add(end + 1);
        } else {
            number += c == '\n' ? 1 : 0;
            code.append(c);
            position++;
        }
    }

    /** Position after the next {@code delimiter}. */
    private int end(String delimiter, int skipped) {
        int found = source.indexOf(delimiter, position + skipped);
        return found < 0 ? source.length() + 1 : found + delimiter.length();
    }

    private void add(int end) {
        int to = Math.min(end, source.length());
        for (String line : source.substring(position, to).split("\n", -1)) {
            lines.add(new Line(number++, line));
        }
        number--;
        position = to;
        code.append(' ');
    }
}
