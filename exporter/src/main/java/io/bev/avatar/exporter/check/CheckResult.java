package io.bev.avatar.exporter.check;

import io.bev.avatar.common.text.SecretRedactor;

/**
 * What one check gave.
 *
 * @param name what was checked, such as {@code gpu-driver}
 * @param status how it came out
 * @param found what there is; passwords of addresses are blanked
 * @param expected what there should be
 * @param remedy what to do; empty when all is well
 */
public record CheckResult(String name, Status status, String found, String expected, String remedy) {

    public CheckResult {
        found = SecretRedactor.blanked(found);
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

    /** A failure as a warning, with why it is none here; anything else as it is. */
    public CheckResult forgiven(String why) {
        return status == Status.FAILURE ? warning(name, found, expected + " (" + why + ")", remedy) : this;
    }
}
