package io.bev.avatar.exporter.systemd;

/** The message bus or the called service is unreachable or returned an error. */
public class BusException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String remedy;

    public BusException(String message) {
        super(message);
        this.problem = message;
        this.remedy = "";
    }

    public BusException(String message, Throwable cause) {
        super(message, cause);
        this.problem = message;
        this.remedy = "";
    }

    public BusException(String problem, String remedy, Throwable cause) {
        super(problem + "; " + remedy, cause);
        this.problem = problem;
        this.remedy = remedy;
    }

    /** The message without the remedy. */
    public String problem() {
        return problem;
    }

    /** Suggested remedy; empty if none is known or {@link #problem} contains it. */
    public String remedy() {
        return remedy;
    }
}
