package io.bev.avatar.exporter.systemd;

/** The connection to the message bus was lost during a call. */
final class ConnectionLostException extends BusException {

    private static final long serialVersionUID = 1L;

    ConnectionLostException(String message) {
        super(message);
    }

    ConnectionLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
