package io.bev.avatar.common.tls;

import java.io.IOException;
import java.nio.file.Path;

/** A readable file has unusable content. The message contains no part of the content. */
public final class InvalidTlsFileException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String found;
    private final String expected;

    /**
     * @param found actual content of {@code file}
     * @param expected expected content, or how to create it
     */
    public InvalidTlsFileException(Path file, String found, String expected, Throwable cause) {
        super(file + ": found " + found + ", expected " + expected, cause);
        this.found = found + " in " + file;
        this.expected = expected;
    }

    /** Without a cause. */
    public InvalidTlsFileException(Path file, String found, String expected) {
        super(file + ": found " + found + ", expected " + expected);
        this.found = found + " in " + file;
        this.expected = expected;
    }

    /** Actual content, with the name of the file. */
    public String found() {
        return found;
    }

    /** Expected content, or how to create it. */
    public String expected() {
        return expected;
    }
}
