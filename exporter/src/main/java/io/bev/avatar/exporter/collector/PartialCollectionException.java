package io.bev.avatar.exporter.collector;

/**
 * Thrown by a collector that failed but whose samples so far still tell the truth, such as {@code redis_up 0}. The
 * collection counts as failed and the samples are kept. A collector that throws it writes only whole readings.
 */
public final class PartialCollectionException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message what failed and what to do, without secrets */
    public PartialCollectionException(String message, Throwable cause) {
        super(message, cause);
    }

    /** As the other constructor, where no exception says more. */
    public PartialCollectionException(String message) {
        super(message);
    }
}
