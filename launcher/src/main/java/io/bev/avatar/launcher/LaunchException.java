package io.bev.avatar.launcher;

/** A reason not to start, or to stop: one line that says what to do. */
public final class LaunchException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    public LaunchException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public LaunchException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
