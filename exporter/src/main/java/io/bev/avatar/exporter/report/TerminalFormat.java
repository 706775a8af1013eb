package io.bev.avatar.exporter.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Terminal format of results.
 *
 * @param width columns, 40 to 140
 * @param colour whether to use colours
 */
public record TerminalFormat(int width, boolean colour) {

    /** Severity of an entry; each has a mark and a colour. */
    public enum Tone {
        GOOD("✓", "32"),
        WARNING("!", "33"),
        BAD("✗", "31"),
        NONE("–", "2");

        private final String mark;
        private final String code;

        Tone(String mark, String code) {
            this.mark = mark;
            this.code = code;
        }
    }

    private static final int MIN_WIDTH = 40;
    private static final int MAX_WIDTH = 140;
    private static final int DEFAULT_WIDTH = 80;
    private static final int NAME_WIDTH = 20;
    private static final int LABEL_WIDTH = 10;
    private static final int INDENT = 4;

    public TerminalFormat {
        width = Math.max(MIN_WIDTH, Math.min(width, MAX_WIDTH));
    }

    /**
     * Format for this process: colours only on a terminal without {@code NO_COLOR}; width from {@code COLUMNS}, default
     * 80.
     */
    public static TerminalFormat of(Map<String, String> environment, boolean terminal) {
        String columns = environment.getOrDefault("COLUMNS", "");
        int width = columns.matches("\\d{1,4}") ? Integer.parseInt(columns) : DEFAULT_WIDTH;
        boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty()
                || environment.getOrDefault("TERM", "").equals("dumb");
        return new TerminalFormat(width, terminal && !plain);
    }

    /** Lines with a mark, a name and a text, wrapped to the width. */
    public List<String> entry(Tone tone, String name, String text) {
        String head = "  " + paint(tone, tone.mark) + " " + pad(name, NAME_WIDTH) + " ";
        return wrap(head, INDENT + NAME_WIDTH + 1, text);
    }

    /** Lines with a label and a text below an entry, wrapped to the width. */
    public List<String> detail(String label, String text) {
        int column = INDENT + NAME_WIDTH + 1 + LABEL_WIDTH;
        if (width < DEFAULT_WIDTH) {
            column = INDENT + LABEL_WIDTH;
        }
        String head = " ".repeat(column - LABEL_WIDTH) + paint(Tone.NONE, pad(label, LABEL_WIDTH));
        return wrap(head, column, text);
    }

    /** {@code text} in the tone's colour. */
    public String paint(Tone tone, String text) {
        return colour ? "\033[" + tone.code + "m" + text + "\033[0m" : text;
    }

    private List<String> wrap(String head, int column, String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split("\\s+", -1)) {
            if (line.length() > 0 && column + line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        List<String> indented = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            indented.add((i == 0 ? head : " ".repeat(column)) + lines.get(i));
        }
        return indented;
    }

    private static String pad(String text, int length) {
        return text + " ".repeat(Math.max(0, length - text.length()));
    }
}
