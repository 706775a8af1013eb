package io.bev.avatar.renderer.bench;

import io.bev.avatar.common.bench.Measurement;
import java.io.IOException;
import java.util.function.Consumer;

/** A set of numbers that are measured together. */
public interface BackendBenchmark {

    /** Its name on the command line. */
    String name();

    /** The backend that it measures. */
    default String backend() {
        return "cpu";
    }

    /**
     * Measures.
     *
     * @param progress receives a line about the current step
     * @param results receives each result as soon as it is measured
     * @throws IOException with a one-line message for the user, when an input is unusable
     */
    void run(BenchOptions options, Consumer<String> progress, Consumer<Measurement> results) throws IOException;
}
