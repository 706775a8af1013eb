package io.bev.avatar.exporter.systemd;

/** The message bus or the called service is unreachable or returned an error. */
public class BusException extends Exception {

    private static final long serialVersionUID = 1L;

    public BusException(String message) {
        super(message);
    }

    public BusException(String message, Throwable cause) {
        super(message, cause);
    }
}
