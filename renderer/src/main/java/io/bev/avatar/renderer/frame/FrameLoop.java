package io.bev.avatar.renderer.frame;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.StageTimes;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The render thread: runs commands, waits for the next tick, renders. Presents frames at the target rate while
 * viewers are connected, otherwise at the idle rate; a paused loop repeats its last frame at the idle rate. Allocates
 * nothing per frame.
 */
public final class FrameLoop {

    private static final long SECOND = 1_000_000_000L;

    private final FrameSource source;
    private final FrameEvents events;
    private final RenderThreadExecutor commands;
    private final FrameStats stats;
    private final Ticker ticker;
    private final Thread thread;
    private final StageTimes times = new StageTimes();

    private volatile boolean running = true;
    private volatile boolean paused;
    private volatile int targetFps;
    private volatile int idleFps;
    private volatile long sequence;
    private int failures;

    public FrameLoop(
            FrameSource source,
            FrameEvents events,
            RenderThreadExecutor commands,
            FrameStats stats,
            int targetFps,
            int idleFps,
            Ticker ticker) {
        this.source = source;
        this.events = events;
        this.commands = commands;
        this.stats = stats;
        this.targetFps = targetFps;
        this.idleFps = idleFps;
        this.ticker = ticker;
        this.thread = new Thread(this::run, "render");
    }

    public void start() {
        thread.start();
    }

    /** Frames per second wanted at this time: the target with viewers, otherwise or while paused the idle rate. */
    public int pace() {
        return !paused && source.wanted() ? targetFps : idleFps;
    }

    public int targetFps() {
        return targetFps;
    }

    /** Sequence number of the last rendered frame; 0 before the first. */
    public long sequence() {
        return sequence;
    }

    /** Sets the frame rates, effective with the next frame. */
    public void setPace(int target, int idle) {
        targetFps = target;
        idleFps = idle;
        LockSupport.unpark(thread);
    }

    /** Pauses or resumes rendering of new frames. */
    public void setPaused(boolean paused) {
        this.paused = paused;
        LockSupport.unpark(thread);
    }

    /**
     * Stops the loop after the current frame.
     *
     * @return whether it stopped within the timeout
     */
    public boolean stop(Duration timeout) {
        running = false;
        LockSupport.unpark(thread);
        if (thread.getState() == Thread.State.NEW || Thread.currentThread() == thread) {
            commands.close();
            return true;
        }
        try {
            thread.join(Math.max(1, timeout.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private void run() {
        commands.bindToCurrentThread();
        try {
            FramePacer pacer = new FramePacer(intervalNanos(), ticker.nanos());
            while (running) {
                awaitTick(pacer);
                if (running) {
                    frame();
                    long skipped = pacer.frameDone(ticker.nanos());
                    stats.paced(pacer.missed(), skipped);
                }
            }
        } finally {
            commands.close();
        }
    }

    /** Waits for the deadline, checking at the target rate for newly connected viewers. */
    private void awaitTick(FramePacer pacer) {
        while (running) {
            commands.runAll();
            long now = ticker.nanos();
            pacer.setInterval(intervalNanos(), now);
            long wait = pacer.deadlineNanos() - now;
            if (wait <= 0) {
                return;
            }
            if (commands.isEmpty()) {
                LockSupport.parkNanos(this, Math.min(wait, SECOND / targetFps));
            }
        }
    }

    private long intervalNanos() {
        return SECOND / pace();
    }

    private void frame() {
        long started = ticker.nanos();
        try {
            if (paused && sequence > 0) {
                source.presentAgain(sequence);
                stats.presented(ticker.nanos());
            } else {
                long next = sequence + 1;
                source.present(next, times);
                sequence = next;
                long now = ticker.nanos();
                stats.rendered(now, now - started, times);
                if (failures > 0) {
                    events.recovered(failures);
                    failures = 0;
                }
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            // A load that fails returns its memory before the next frames.
            stats.failed();
            failures++;
            if (!events.failed(e, failures)) {
                running = false;
            }
            return;
        }
        events.presented(sequence);
    }
}
