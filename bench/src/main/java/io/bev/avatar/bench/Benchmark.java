package io.bev.avatar.bench;

import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.launcher.LaunchException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** A benchmark. */
interface Benchmark {

    /** Name on the command line. */
    String name();

    /**
     * Runs the benchmark.
     *
     * @throws IOException when a process fails; the message is one line for the user
     * @throws LaunchException when a dependency is missing
     */
    void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException;

    /**
     * Options.
     *
     * @param root the project directory
     * @param directory existing directory for temporary files
     * @param model avatar file to measure in addition to the built-in avatar
     * @param rounds repetitions, at least 1
     * @param scrapes number of scrapes of a soak run
     * @param seed seed of the order of a soak run's outages and of the times of kills
     * @param kills number of times the renderer is killed
     * @param powerCuts whether the power of its disk is cut instead
     */
    record Options(
            Path root,
            Path directory,
            Optional<Path> model,
            int rounds,
            int scrapes,
            long seed,
            int kills,
            boolean powerCuts) {}
}
