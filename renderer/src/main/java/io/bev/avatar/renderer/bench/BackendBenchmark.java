package io.bev.avatar.renderer.bench;

import io.bev.avatar.common.bench.Measurement;
import java.io.IOException;
import java.util.function.Consumer;

/** A set of numbers that are measured together. */
public interface BackendBenchmark {

    /** The word that asks for it on the command line. */
    String name();

    /** The backend that it measures. */
    default String backend() {
        return "cpu";
    }

    /**
     * Measures.
     *
     * @param progress takes a line about what is being done now
     * @param results takes each number when it is there
     * @throws IOException with one line for people, when an input cannot be used
     */
    void run(BenchOptions options, Consumer<String> progress, Consumer<Measurement> results) throws IOException;
}
