package io.bev.avatar.exporter.check;

import java.util.List;

/** Check of one requirement of the avatar. Runs on its own thread and is interrupted on timeout. */
public interface Check {

    /** Name used in results if the check itself fails. */
    String name();

    /**
     * Runs the check.
     *
     * @throws Exception if the check itself fails; the message gives the reason
     */
    List<CheckResult> run() throws Exception;
}
