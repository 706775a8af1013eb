package io.bev.avatar.renderer.state;

import java.util.List;

/**
 * An alert of level critical that fires now.
 *
 * @param name such as {@code AvatarGpuMemoryHigh}
 * @param instance the host that it is about
 * @param summary one line for people
 * @param description value and threshold, for people
 * @param since when it began to fire, an ISO instant as it came
 */
public record ActiveAlert(String name, String instance, String summary, String description, String since) {

    /** Where the renderer learns of alerts. Thread-safe; asking never blocks. */
    public interface Source extends AutoCloseable {

        /** The alerts that fire, oldest first; none when there are none or when nothing has been known for long. */
        List<ActiveAlert> active();

        @Override
        void close();
    }

    /** A source that never has any. */
    public static Source none() {
        return new Source() {
            @Override
            public List<ActiveAlert> active() {
                return List.of();
            }

            @Override
            public void close() {
                // holds nothing
            }
        };
    }
}
