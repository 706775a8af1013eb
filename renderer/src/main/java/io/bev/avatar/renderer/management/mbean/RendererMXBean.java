package io.bev.avatar.renderer.management.mbean;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Renderer}. */
@Description("Lifecycle and backend of the renderer")
public interface RendererMXBean {

    @Description("CREATED, INITIALIZING, RUNNING, PAUSED, DEGRADED, DRAINING, STOPPED or FAILED;"
            + " every change emits a notification")
    @Unit(Unit.TEXT)
    String getState();

    @Description("Time when the state was entered")
    @Unit(Unit.INSTANT)
    String getStateSince();

    @Description("Reason for the last state change")
    @Unit(Unit.TEXT)
    String getStateReason();

    @Description("Current problems; empty if there are none")
    @Unit(Unit.TEXT)
    String[] getDegradedReasons();

    @Description("Start time of the process")
    @Unit(Unit.INSTANT)
    String getStartTime();

    @Description("Uptime of the process")
    @Unit(Unit.SECONDS)
    double getUptimeSeconds();

    @Description("Rendering backend in use")
    @Unit(Unit.TEXT)
    String getBackend();

    @Description("Reason for using this backend")
    @Unit(Unit.TEXT)
    String getBackendReason();

    @Description("Fallbacks from a failed backend to the CPU")
    @Unit(Unit.COUNT)
    long getBackendFallbacks();

    @Description("Version of the renderer")
    @Unit(Unit.TEXT)
    String getVersion();

    @Description("Last error of a frame or an operation; null if there was none")
    @Unit(Unit.TEXT)
    @Nullable
    String getLastError();

    @Description("Whether the process is about to exit for a restart")
    @Unit(Unit.FLAG)
    boolean isRestartRequested();

    @Description("Restarts of this renderer by reason: a reason passed to the restart operation, failure, watchdog"
            + " or crash")
    @Unit(Unit.COUNT)
    Map<String, Long> getRestartsByReason();

    @Description("Number of deadlocked threads; checked at most every ten seconds")
    @Unit(Unit.COUNT)
    int getDeadlockedThreads();

    @Description("Stops rendering and repeats the last frame until resume. Valid in RUNNING and DEGRADED")
    @Unit(Unit.NONE)
    void pause();

    @Description("Resumes rendering. Valid in PAUSED and DRAINING")
    @Unit(Unit.NONE)
    void resume();

    @Description("Reloads the configuration and the model. Returns the changes that need a restart")
    @Unit(Unit.TEXT)
    String reload();

    @Description("Saves the state, disconnects the viewers and reports stopping in /health until resume or shutdown")
    @Unit(Unit.NONE)
    void drain();

    @Description("Exits with code 75, so that the supervisor restarts the process")
    @Unit(Unit.NONE)
    void restart(
            @Description(
                            "Restart reason, used as a metric label: lower-case letters, digits and _, at most 32 characters")
                    String reason);

    @Description("Saves the state and exits with code 0")
    @Unit(Unit.NONE)
    void shutdown();
}
