package io.bev.avatar.exporter.check;

import java.util.List;

/** Looks at one thing that the avatar needs. Runs on a thread of its own and is interrupted when it takes too long. */
public interface Check {

    /** Names it where it ends without a result of its own. */
    String name();

    /**
     * Looks now.
     *
     * @throws Exception when looking itself fails; the message says why
     */
    List<CheckResult> run() throws Exception;
}
