package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.renderer.lifecycle.Lifecycle;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the management beans ask of the renderer. Thread-safe. */
public interface RendererControl {

    Lifecycle lifecycle();

    List<String> degradedReasons();

    Instant startTime();

    String backend();

    String backendReason();

    long backendFallbacks();

    String version();

    Optional<String> lastError();

    boolean restartRequested();

    Map<String, Long> restartsByReason();

    void pause();

    void resume();

    /** Answers what takes effect only with a restart, one line. */
    String reload();

    void drain();

    void restart(String reason);

    void shutdown();

    int targetFps();

    void setTargetFps(int framesPerSecond);

    /** Picture size in pixels. */
    record Resolution(int width, int height) {
        @Override
        public String toString() {
            return width + "x" + height;
        }
    }

    Resolution resolution();

    void setResolution(Resolution wanted);

    /**
     * @param source file it came from, or {@code built-in}
     * @param gaussians how many
     * @param shDegree of its colour, 0..3
     * @param blendshapes that it can make
     * @param loadMillis time to read it
     */
    record Model(String source, int gaussians, int shDegree, int blendshapes, long loadMillis) {}

    Model model();

    /** Loads a model, or the built-in one where {@code path} is empty. */
    Model loadModel(Optional<String> path);
}
