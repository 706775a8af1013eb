package io.bev.avatar.exporter.report;

import java.util.List;

/** Result of one check. */
public interface Result {

    /** What was checked, such as {@code gpu}. */
    String name();

    /** Worst status of the problems. */
    Status status();

    /** Observed state in one line. */
    String summary();

    /** Detected problems. */
    List<Problem> problems();
}
