package io.bev.avatar.exporter.collector.service;

/** The message bus, or who was called over it, cannot be reached or refused. */
class BusException extends Exception {

    private static final long serialVersionUID = 1L;

    BusException(String message) {
        super(message);
    }

    BusException(String message, Throwable cause) {
        super(message, cause);
    }
}
