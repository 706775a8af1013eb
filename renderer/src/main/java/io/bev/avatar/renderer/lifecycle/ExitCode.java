package io.bev.avatar.renderer.lifecycle;

/** Exit codes, after sysexits(3) where it has one. */
public final class ExitCode {

    /** Ended on request. */
    public static final int OK = 0;
    /** Wrong command line; EX_USAGE. */
    public static final int USAGE = 64;
    /** A fault inside; EX_SOFTWARE. */
    public static final int SOFTWARE = 70;
    /** Wants to be started again; EX_TEMPFAIL. */
    public static final int RESTART = 75;
    /**
     * The configuration, the model file or a listener's address needs a person; EX_CONFIG. The service's unit does not
     * restart on it.
     */
    public static final int CONFIG = 78;

    private ExitCode() {}
}
