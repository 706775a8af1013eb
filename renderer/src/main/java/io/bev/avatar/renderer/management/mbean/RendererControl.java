package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.renderer.lifecycle.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Operations and status of the renderer for the MBeans. Thread-safe. */
public interface RendererControl {

    Lifecycle lifecycle();

    List<String> degradedReasons();

    Instant startTime();

    /** Time since the start of the process; unaffected by changes of the clock. */
    Duration uptime();

    String backend();

    String backendReason();

    long backendFallbacks();

    String version();

    Optional<String> lastError();

    boolean restartRequested();

    Map<String, Long> restartsByReason();

    void pause();

    void resume();

    /** Reloads the configuration; returns the settings that need a restart, in one line. */
    String reload();

    void drain();

    void restart(String reason);

    void shutdown();

    int targetFps();

    void setTargetFps(int framesPerSecond);

    /** Frame size in pixels. */
    record Resolution(int width, int height) {
        @Override
        public String toString() {
            return width + "x" + height;
        }
    }

    Resolution resolution();

    void setResolution(Resolution resolution);

    /**
     * How the resolution is chosen.
     *
     * @param adaptive whether it follows the viewers and the frame time
     * @param reason for the present resolution
     * @param wantedLines frame height that the viewers want, in pixels; empty if none has reported its size
     * @param changes automatic changes since start
     */
    record Adaptation(boolean adaptive, String reason, OptionalInt wantedLines, long changes) {}

    Adaptation adaptation();

    /**
     * @param source model file, or {@code built-in}
     * @param gaussians number of Gaussians
     * @param shDegree spherical harmonics degree, 0..3
     * @param blendshapes number of blendshapes
     * @param loadMillis load time in milliseconds
     * @param invalidGaussians number of Gaussians of the file that are not rendered because of invalid values
     * @param notes one line each: features of the file that are ignored or converted
     */
    record Model(
            String source,
            int gaussians,
            int shDegree,
            int blendshapes,
            long loadMillis,
            int invalidGaussians,
            List<String> notes) {}

    Model model();

    /** Remarks that are not problems, one line each. */
    List<String> notes();

    /** Loads a model, or the built-in one if {@code path} is empty; the current one is kept until it is shown. */
    Model loadModel(Optional<String> path);

    /** Like {@link #loadModel}, but releases the current model first and repeats its last frame meanwhile. */
    Model replaceModel(Optional<String> path);
}
