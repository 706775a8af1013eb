package io.bev.avatar.exporter.gpusetup;

/**
 * Result of one set-up step.
 *
 * @param outcome result
 * @param gpu such as {@code GPU 0}; empty if not specific to one
 * @param setting such as {@code power-limit}; empty if not specific to one
 * @param text description
 */
public record SetupResult(Outcome outcome, String gpu, String setting, String text) {

    /** Result of a step. */
    public enum Outcome {
        /** The setting was changed. */
        DONE,
        /** Nothing had to be changed. */
        UNCHANGED,
        /** The setting could not be applied or restored. */
        WARNING
    }
}
