package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.renderer.lifecycle.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
     * @param source model file, or {@code built-in}
     * @param gaussians number of Gaussians
     * @param shDegree spherical harmonics degree, 0..3
     * @param blendshapes number of blendshapes
     * @param loadMillis load time in milliseconds
     */
    record Model(String source, int gaussians, int shDegree, int blendshapes, long loadMillis) {}

    Model model();

    /** Loads a model, or the built-in one if {@code path} is empty. */
    Model loadModel(Optional<String> path);
}
