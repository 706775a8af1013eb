package io.bev.avatar.renderer;

/** The renderer cannot start. The message is one line with subject, cause and remedy. */
public final class StartException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /** @param exitCode see {@link io.bev.avatar.common.cli.ExitCodes} */
    public StartException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public StartException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
