package io.bev.avatar.renderer.management.mbean;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Renderer}. */
@Description("The renderer's life: its state, where it draws, and the operations that change either")
public interface RendererMXBean {

    @Description("CREATED, INITIALIZING, RUNNING, PAUSED, DEGRADED, DRAINING, STOPPED or FAILED;"
            + " every change is a notification")
    @Unit(Unit.TEXT)
    String getState();

    @Description("When the state was entered")
    @Unit(Unit.INSTANT)
    String getStateSince();

    @Description("Why the state was entered")
    @Unit(Unit.TEXT)
    String getStateReason();

    @Description("What is wrong now; empty when nothing is")
    @Unit(Unit.TEXT)
    String[] getDegradedReasons();

    @Description("When the process began")
    @Unit(Unit.INSTANT)
    String getStartTime();

    @Description("Time since the process began")
    @Unit(Unit.SECONDS)
    double getUptimeSeconds();

    @Description("Where pictures are made")
    @Unit(Unit.TEXT)
    String getBackend();

    @Description("Why this backend and not another")
    @Unit(Unit.TEXT)
    String getBackendReason();

    @Description("Times that a failing backend was left for the CPU")
    @Unit(Unit.COUNT)
    long getBackendFallbacks();

    @Description("Version of the program")
    @Unit(Unit.TEXT)
    String getVersion();

    @Description("The last fault of a frame or an operation; null when there was none")
    @Unit(Unit.TEXT)
    @Nullable
    String getLastError();

    @Description("Whether the process is about to end in order to be started again")
    @Unit(Unit.FLAG)
    boolean isRestartRequested();

    @Description("Starts of this renderer after the first, by the reason of the end before: a reason given to restart,"
            + " failure, watchdog, or crash")
    @Unit(Unit.COUNT)
    Map<String, Long> getRestartsByReason();

    @Description("Threads that wait for each other and will for ever; looked at every ten seconds at most")
    @Unit(Unit.COUNT)
    int getDeadlockedThreads();

    @Description("Shows the last frame and draws no new ones, until resume. From RUNNING or DEGRADED")
    @Unit(Unit.NONE)
    void pause();

    @Description("Draws again. From PAUSED or DRAINING")
    @Unit(Unit.NONE)
    void resume();

    @Description("Reads the configuration and the model anew. Answers what takes effect only with a restart")
    @Unit(Unit.TEXT)
    String reload();

    @Description("Saves the state, lets the viewers go and reports stopping in /health, until resume or shutdown")
    @Unit(Unit.NONE)
    void drain();

    @Description("Ends the process with exit code 75, for its supervisor to start it again")
    @Unit(Unit.NONE)
    void restart(
            @Description("One word of lower-case letters, digits and _, at most 32; a label of the restart count")
                    String reason);

    @Description("Saves the state and ends the process with exit code 0")
    @Unit(Unit.NONE)
    void shutdown();
}
