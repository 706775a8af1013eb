package io.bev.avatar.common.tls;

import java.io.IOException;
import java.nio.file.Path;

/** A file can be read, and its content cannot be used. No part of the content is told. */
public final class InvalidTlsFileException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String found;
    private final String expected;

    /**
     * @param found what is in {@code file}
     * @param expected what would do, or how to make it
     */
    public InvalidTlsFileException(Path file, String found, String expected, Throwable cause) {
        super(file + ": found " + found + ", expected " + expected, cause);
        this.found = found + " in " + file;
        this.expected = expected;
    }

    /** As the other one, where no exception says more. */
    public InvalidTlsFileException(Path file, String found, String expected) {
        super(file + ": found " + found + ", expected " + expected);
        this.found = found + " in " + file;
        this.expected = expected;
    }

    /** What is in which file. */
    public String found() {
        return found;
    }

    /** What would do, or how to make it. */
    public String expected() {
        return expected;
    }
}
