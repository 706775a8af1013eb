package io.bev.avatar.exporter.systemd;

/** The connection to the bus broke while it was used. */
final class ConnectionLostException extends BusException {

    private static final long serialVersionUID = 1L;

    ConnectionLostException(String message) {
        super(message);
    }

    ConnectionLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
