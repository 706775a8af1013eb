package io.bev.avatar.splat.scene;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An avatar file that cannot be used. Its message is one line: the file, what was expected, what was found, what to do. */
public final class AvatarFormatException extends IOException {

    /**
     * @param source the file, and the part of it after {@code !} where it has parts
     * @param expected what it should hold
     * @param found what it holds
     * @param remedy what the person at the keyboard can do
     */
    public AvatarFormatException(String source, String expected, String found, String remedy) {
        this(source, expected, found, remedy, null);
    }

    public AvatarFormatException(
            String source, String expected, String found, String remedy, @Nullable Throwable cause) {
        super(oneLine(source + ": expected " + expected + ", found " + found + "; " + remedy), cause);
    }

    /** Names and values come from files: neither line breaks nor control characters may reach a log or a terminal. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return line.toString();
    }
}
