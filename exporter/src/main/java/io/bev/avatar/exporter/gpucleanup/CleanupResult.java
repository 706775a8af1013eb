package io.bev.avatar.exporter.gpucleanup;

/**
 * What became of a process.
 *
 * @param process id and name
 * @param outcome how it came out
 * @param text for people
 */
public record CleanupResult(String process, Outcome outcome, String text) {

    /** How it came out. */
    public enum Outcome {
        /** It ended when told to. */
        ENDED,
        /** It had to be killed. */
        KILLED,
        /** It is of the run at work, or may be. */
        SPARED,
        /** It is still there. */
        REMAINS
    }
}
