package io.bev.avatar.renderer.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Options of a benchmark.
 *
 * @param model avatar file; empty for the built-in avatar
 * @param threads rendering threads, &gt;= 1
 * @param duration measuring time per value, after a warm-up of the same length
 */
public record BenchOptions(Optional<Path> model, int threads, Duration duration) {

    public BenchOptions {
        if (threads < 1 || duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(
                    threads + " threads for " + duration + ": expected at least one thread and a positive duration");
        }
    }
}
