package io.bev.avatar.common.text;

import java.io.EOFException;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Text of an exception for users: the cause in words, without the name of a Java class. */
public final class ErrorText {

    private ErrorText() {}

    /**
     * Cause of a failure, such as {@code /etc/x: permission denied}. The message of the exception where that is a
     * sentence; the JDK's file exceptions have only the path.
     */
    public static String of(Throwable failure) {
        if (failure instanceof FileSystemException file) {
            return file(file);
        }
        if (failure instanceof UnknownHostException) {
            return "unknown host " + failure.getMessage();
        }
        if (failure instanceof CharacterCodingException) {
            return "it contains bytes that are not UTF-8 text";
        }
        String message = failure.getMessage();
        if (message != null && !message.isBlank()) {
            return message;
        }
        if (failure instanceof EOFException) {
            return "unexpected end of the data";
        }
        Throwable cause = failure.getCause();
        return cause == null ? words(failure) : of(cause);
    }

    private static String file(FileSystemException failure) {
        String reason = failure.getReason();
        if (reason == null) {
            reason = reason(failure);
        }
        return failure.getFile() == null ? reason : failure.getFile() + ": " + reason;
    }

    private static String reason(FileSystemException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof NotDirectoryException) {
            return "not a directory";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "the file exists";
        }
        return failure instanceof DirectoryNotEmptyException ? "the directory is not empty" : "input/output error";
    }

    /** The words of the class's name: {@code ClosedChannelException} becomes {@code closed channel}. */
    private static String words(Throwable failure) {
        String name = failure.getClass().getSimpleName().replaceFirst("(?<=.)(Exception|Error)$", "");
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }
}
