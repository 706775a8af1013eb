package io.bev.avatar.launcher;

/** Exit codes after sysexits.h. */
public final class ExitCodes {
    public static final int USAGE = 64;
    static final int NO_INPUT = 66;
    public static final int UNAVAILABLE = 69;
    public static final int SOFTWARE = 70;
    static final int CANNOT_CREATE = 73;
    static final int TEMPORARY = 75;
    static final int CONFIG = 78;
    /** A shell's code for what Ctrl-C ended. */
    static final int INTERRUPTED = 130;

    private ExitCodes() {}
}
