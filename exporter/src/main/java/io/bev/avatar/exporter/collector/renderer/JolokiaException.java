package io.bev.avatar.exporter.collector.renderer;

/** Jolokia returned no usable response. */
final class JolokiaException extends Exception {

    private static final long serialVersionUID = 1L;

    JolokiaException(String message) {
        super(message);
    }

    JolokiaException(String message, Throwable cause) {
        super(message, cause);
    }
}
