package io.bev.avatar.exporter.check;

import io.bev.avatar.common.text.SecretRedactor;

/**
 * Result of one check.
 *
 * @param name what was checked, such as {@code gpu-driver}
 * @param status status
 * @param found observed state; passwords in URLs are redacted
 * @param expected expected state
 * @param remedy suggested remedy; empty if the status is OK
 */
public record CheckResult(String name, Status status, String found, String expected, String remedy) {

    public CheckResult {
        found = SecretRedactor.redact(found);
    }

    static CheckResult ok(String name, String found, String expected) {
        return new CheckResult(name, Status.OK, found, expected, "");
    }

    static CheckResult warning(String name, String found, String expected, String remedy) {
        return new CheckResult(name, Status.WARNING, found, expected, remedy);
    }

    static CheckResult failure(String name, String found, String expected, String remedy) {
        return new CheckResult(name, Status.FAILURE, found, expected, remedy);
    }

    static CheckResult of(boolean well, String name, String found, String expected, String remedy) {
        return well ? ok(name, found, expected) : failure(name, found, expected, remedy);
    }

    /** Returns a failure as a warning with the reason; other results unchanged. */
    public CheckResult downgraded(String why) {
        return status == Status.FAILURE ? warning(name, found, expected + " (" + why + ")", remedy) : this;
    }
}
