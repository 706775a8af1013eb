package io.bev.avatar.common.cli;

/** Exit codes of all processes, after {@code sysexits.h} where it has one. The services' units act on some of them. */
public final class ExitCodes {

    /** Ended on request, or all is well. */
    public static final int OK = 0;
    /** The Java heap is exhausted; the code of {@code -XX:+ExitOnOutOfMemoryError}. */
    public static final int OUT_OF_MEMORY = 3;
    /** EX_USAGE: the command line is wrong. */
    public static final int USAGE = 64;
    /** EX_NOINPUT: an input file is missing or unusable. */
    public static final int NO_INPUT = 66;
    /** EX_UNAVAILABLE: this machine or build lacks something. */
    public static final int UNAVAILABLE = 69;
    /** EX_SOFTWARE: the process is at fault. */
    public static final int SOFTWARE = 70;
    /** EX_CANTCREAT: a file cannot be written. */
    public static final int CANNOT_CREATE = 73;
    /** EX_TEMPFAIL: another attempt may do; a service that ends so wants to be started again. */
    public static final int TEMPORARY = 75;
    /** EX_NOPERM: not this user. */
    public static final int NO_PERMISSION = 77;
    /**
     * EX_CONFIG: the configuration, a model file or a listener's address needs a person. The services' units do not restart on
     * it.
     */
    public static final int CONFIG = 78;
    /** A shell's code for what Ctrl-C ended. */
    public static final int INTERRUPTED = 130;

    private ExitCodes() {}
}
