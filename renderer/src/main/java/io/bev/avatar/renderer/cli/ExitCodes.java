package io.bev.avatar.renderer.cli;

/** Exit codes of {@code sysexits.h}. */
public final class ExitCodes {

    public static final int OK = 0;
    /** EX_USAGE: the command line is wrong. */
    public static final int USAGE = 64;
    /** EX_NOINPUT: an input file is missing or unusable. */
    public static final int NO_INPUT = 66;
    /** EX_UNAVAILABLE: this machine or build lacks something. */
    public static final int UNAVAILABLE = 69;
    /** EX_SOFTWARE: the program is at fault. */
    public static final int SOFTWARE = 70;
    /** EX_CANTCREAT: the output file cannot be written. */
    public static final int CANNOT_CREATE = 73;

    private ExitCodes() {}
}
