package io.bev.avatar.splat.scene;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An unusable avatar file. Its message is one line: file, expected, found, remedy. */
public final class AvatarFormatException extends IOException {

    /**
     * @param source the file, and the part of it after {@code !} where it has parts
     * @param expected the expected content
     * @param found the content found
     * @param remedy what the user can do
     */
    public AvatarFormatException(String source, String expected, String found, String remedy) {
        this(source, expected, found, remedy, null);
    }

    public AvatarFormatException(
            String source, String expected, String found, String remedy, @Nullable Throwable cause) {
        super(oneLine(source + ": expected " + expected + ", found " + found + "; " + remedy), cause);
    }

    /** Replaces line breaks and control characters, which names and values from untrusted files may contain. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return line.toString();
    }
}
