package io.bev.avatar.renderer.state;

/**
 * A rejected update, which leaves the state unchanged; the message is one line with field, found and expected value.
 */
final class RejectedUpdateException extends Exception {

    private static final long serialVersionUID = 1L;

    private final RejectionReason reason;

    RejectedUpdateException(RejectionReason reason, String detail) {
        super(detail);
        this.reason = reason;
    }

    RejectedUpdateException(RejectionReason reason, String detail, Throwable cause) {
        super(detail, cause);
        this.reason = reason;
    }

    RejectionReason reason() {
        return reason;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
