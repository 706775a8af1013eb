package io.bev.avatar.launcher;

import java.io.PrintStream;
import java.util.Map;

/** Output for the user: lines, and on a terminal colours and a live status line at the bottom. Thread-safe. */
final class Console {

    private static final String ERASE_LINE = "\r\u001b[2K";
    /** No line wrapping: a wrapped live line could not be erased. */
    private static final String NO_WRAP = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";

    private final PrintStream out;
    private final boolean terminal;
    private final boolean colours;
    private String live = "";

    private Console(PrintStream out, boolean terminal, boolean colours) {
        this.out = out;
        this.terminal = terminal;
        this.colours = colours;
    }

    static Console of(PrintStream out, Map<String, String> environment) {
        boolean terminal = "1".equals(environment.get("AVATAR_TERMINAL"));
        boolean colours = terminal && !environment.containsKey("NO_COLOR") && !"dumb".equals(environment.get("TERM"));
        return new Console(out, terminal, colours);
    }

    boolean isTerminal() {
        return terminal;
    }

    /** {@code  ok   renderer   http://...}. */
    synchronized void done(String subject, String text) {
        line(colour("32", "✓"), subject, text);
    }

    synchronized void note(String subject, String text) {
        line(colour("36", "·"), subject, text);
    }

    synchronized void warn(String subject, String text) {
        line(colour("33", "!"), subject, text);
    }

    synchronized void fail(String subject, String text) {
        line(colour("31", "✗"), subject, text);
    }

    synchronized void plain(String text) {
        erase();
        out.println(text);
        redraw();
    }

    /** Replaces the live line; does nothing without a terminal. */
    synchronized void live(String text) {
        if (terminal && !text.equals(live)) {
            erase();
            live = text;
            redraw();
        }
    }

    String strong(String text) {
        return colour("1", text);
    }

    String good(String text) {
        return colour("32", text);
    }

    String bad(String text) {
        return colour("31", text);
    }

    private void line(String mark, String subject, String text) {
        erase();
        out.printf("  %s %-13s %s%n", mark, subject, text);
        redraw();
    }

    private void erase() {
        if (!live.isEmpty()) {
            out.print(ERASE_LINE);
        }
    }

    private void redraw() {
        if (!live.isEmpty()) {
            out.print(NO_WRAP + live + WRAP);
        }
        out.flush();
    }

    private String colour(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
