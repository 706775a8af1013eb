package io.bev.avatar.exporter.gpusetup;

/**
 * What was done, or could not be.
 *
 * @param outcome how it went
 * @param gpu such as {@code GPU 0}; empty when it is about none
 * @param setting such as {@code power-limit}; empty when it is about none
 * @param text what happened
 */
public record SetupResult(Outcome outcome, String gpu, String setting, String text) {

    /** How a step went. */
    public enum Outcome {
        /** It was done. */
        DONE,
        /** There was nothing to do. */
        UNCHANGED,
        /** The GPU, the driver or somebody stood against it. */
        WARNING
    }
}
