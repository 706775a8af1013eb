package io.bev.avatar.common.cli;

/** Exit codes of all commands and services, from {@code sysexits.h} where it defines one. The systemd units act on some of them. */
public final class ExitCodes {

    /** Success, or stopped on request. */
    public static final int OK = 0;
    /** The Java heap is exhausted; the code of {@code -XX:+ExitOnOutOfMemoryError}. */
    public static final int OUT_OF_MEMORY = 3;
    /** EX_USAGE: invalid command line. */
    public static final int USAGE = 64;
    /** EX_NOINPUT: an input file is missing or unusable. */
    public static final int NO_INPUT = 66;
    /** EX_UNAVAILABLE: this machine or build lacks something. */
    public static final int UNAVAILABLE = 69;
    /** EX_SOFTWARE: internal error. */
    public static final int SOFTWARE = 70;
    /** EX_CANTCREAT: an output file cannot be written. */
    public static final int CANNOT_CREATE = 73;
    /** EX_TEMPFAIL: temporary failure; a retry may succeed, and systemd restarts the service. */
    public static final int TEMPORARY = 75;
    /** EX_NOPERM: the user lacks a permission. */
    public static final int NO_PERMISSION = 77;
    /** EX_CONFIG: configuration, model file or listen address is invalid; systemd does not restart the service. */
    public static final int CONFIG = 78;
    /** Interrupted by Ctrl-C (128 + SIGINT). */
    public static final int INTERRUPTED = 130;

    private ExitCodes() {}
}
