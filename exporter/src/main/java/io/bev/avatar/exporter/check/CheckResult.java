package io.bev.avatar.exporter.check;

import io.bev.avatar.common.text.SecretRedactor;
import io.bev.avatar.exporter.report.Problem;
import io.bev.avatar.exporter.report.Result;
import io.bev.avatar.exporter.report.Status;
import java.util.List;

/**
 * Result of one check, which is also its only problem if it is not OK.
 *
 * @param name what was checked, such as {@code gpu-driver}
 * @param status OK, WARNING, FAILURE, or SKIPPED for something optional that is not here
 * @param found observed state; passwords in URLs are redacted
 * @param expected expected state
 * @param remedy suggested remedy; empty if the status is OK
 */
public record CheckResult(String name, Status status, String found, String expected, String remedy) implements Result {

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

    @Override
    public String summary() {
        return found;
    }

    @Override
    public List<Problem> problems() {
        return status == Status.OK || status == Status.SKIPPED ? List.of() : List.of(comparison());
    }

    /** Found and expected state, of an OK result as well. */
    Problem comparison() {
        return new Problem(status, found, expected, remedy);
    }

    static CheckResult skipped(String name, String found, String expected) {
        return new CheckResult(name, Status.SKIPPED, found, expected, "");
    }

    /** Returns a failure or warning as something optional that is not here, with the reason; other results unchanged. */
    public CheckResult notHere(String why) {
        return status == Status.FAILURE || status == Status.WARNING
                ? skipped(name, "not here (" + why + "): " + found, expected)
                : this;
    }

    /** Returns a failure as a warning with the reason; other results unchanged. */
    public CheckResult downgraded(String why) {
        return status == Status.FAILURE ? warning(name, found, expected + " (" + why + ")", remedy) : this;
    }
}
