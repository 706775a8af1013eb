package io.bev.avatar.launcher;

/** Start-up failed or the stack must stop; the message is one line with the remedy. */
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
