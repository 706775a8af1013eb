package io.bev.avatar.exporter.gpucleanup;

/**
 * Cleanup result of one process or failing GPU.
 *
 * @param process PID and name; for {@link Outcome#UNREADABLE} the GPU
 * @param outcome result
 * @param text description
 */
public record CleanupResult(String process, Outcome outcome, String text) {

    /** Result for a process. */
    public enum Outcome {
        /** It exited after SIGTERM. */
        ENDED,
        /** It exited after SIGKILL. */
        KILLED,
        /** It belongs, or may belong, to the current run. */
        SKIPPED,
        /** It still runs. */
        REMAINS,
        /** The processes of this GPU cannot be listed. */
        UNREADABLE
    }
}
