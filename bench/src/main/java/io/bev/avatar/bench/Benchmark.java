package io.bev.avatar.bench;

import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.launcher.LaunchException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Numbers that are measured together. */
interface Benchmark {

    /** Name on the command line. */
    String name();

    /**
     * Measures.
     *
     * @throws IOException with one line for people, when a process does not do its part
     * @throws LaunchException when this machine lacks something
     */
    void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException;

    /**
     * Options.
     *
     * @param root the project directory
     * @param folder existing directory for what is temporary
     * @param model avatar file beside the built-in avatar
     * @param rounds how often measurements are repeated, &gt;= 1
     * @param scrapes how many scrapes an endurance run makes
     */
    record Options(Path root, Path folder, Optional<Path> model, int rounds, int scrapes) {}
}
