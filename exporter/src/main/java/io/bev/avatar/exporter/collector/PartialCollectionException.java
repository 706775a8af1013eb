package io.bev.avatar.exporter.collector;

/**
 * Thrown by a collector that failed but whose samples so far are valid, such as {@code redis_up 0}. The collection
 * counts as failed and the samples are kept. A collector that throws it has written only complete metric groups.
 */
public final class PartialCollectionException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String remedy;

    /** @param message failure and remedy, without secrets */
    public PartialCollectionException(String message, Throwable cause) {
        super(message, cause);
        this.problem = message;
        this.remedy = "";
    }

    /** Without a cause. */
    public PartialCollectionException(String message) {
        super(message);
        this.problem = message;
        this.remedy = "";
    }

    /**
     * With a remedy that is not part of {@code problem}.
     *
     * @param problem without secrets
     */
    public PartialCollectionException(String problem, String remedy, Throwable cause) {
        super(problem + "; " + remedy, cause);
        this.problem = problem;
        this.remedy = remedy;
    }

    CollectorError error() {
        return new CollectorError(CollectorError.oneLine(problem), CollectorError.oneLine(remedy));
    }
}
