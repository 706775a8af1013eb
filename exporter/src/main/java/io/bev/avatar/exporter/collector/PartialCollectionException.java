package io.bev.avatar.exporter.collector;

/**
 * Thrown by a collector that failed but whose samples so far are valid, such as {@code redis_up 0}. The collection
 * counts as failed and the samples are kept. A collector that throws it has written only complete metric groups.
 */
public final class PartialCollectionException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message failure and remedy, without secrets */
    public PartialCollectionException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Without a cause. */
    public PartialCollectionException(String message) {
        super(message);
    }
}
