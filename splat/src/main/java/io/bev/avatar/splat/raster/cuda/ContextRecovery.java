package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a context that was lost anew: once, after a pause, beside the frames. When that fails or hangs, or the new context fails
 * soon, the process is asked to end. Belongs to the render thread; the readings may be taken by any.
 */
final class ContextRecovery implements AutoCloseable {

    /** Pause before the context is made anew: a driver that reloads takes seconds. */
    static final long REBUILD_NANOS = 5_000_000_000L;

    /** A context that has worked so long may be made anew once more. */
    static final long PROVEN_NANOS = 600_000_000_000L;

    /** A driver that has not opened the device by then hangs; compiling the kernels takes some seconds. */
    static final long OPENING_NANOS = 60_000_000_000L;

    private final Supplier<CudaRasterizer> opener;
    private final Executor executor;
    private final Consumer<CudaRasterizer> owner;
    private final Consumer<String> hopeless;
    private final Ticker ticker;

    private volatile String state = "active";
    private volatile @Nullable String end;
    private volatile int lastErrorCode;
    private final AtomicLong rebuilds = new AtomicLong();

    private long openedAt;
    /** Meaningful in state lost. */
    private long rebuildAt;

    private boolean rebuildSpent;
    private @Nullable DeviceOpenAttempt opening;
    private long openingSince;

    /**
     * Of a context that was opened just now.
     *
     * @param opener opens another
     * @param executor runs the opener
     * @param owner is given what was opened, by {@link #advance}
     * @param hopeless told once, with the reason, when the GPU does not come back
     */
    ContextRecovery(
            Supplier<CudaRasterizer> opener,
            Executor executor,
            Consumer<CudaRasterizer> owner,
            Consumer<String> hopeless,
            Ticker ticker) {
        this.opener = opener;
        this.executor = executor;
        this.owner = owner;
        this.hopeless = hopeless;
        this.ticker = ticker;
        openedAt = ticker.nanos();
    }

    /** See {@link GpuControl#contextState}. */
    String state() {
        return state;
    }

    /** Why there will be no other context; empty while there may be one. */
    Optional<String> end() {
        return Optional.ofNullable(end);
    }

    /** Last CUresult; 0 when there was none. */
    int lastErrorCode() {
        return lastErrorCode;
    }

    /** Contexts made anew. */
    long rebuilds() {
        return rebuilds.get();
    }

    /** The context failed and is no more used. */
    void lost(CudaException fault) {
        lastErrorCode = fault.code();
        if (ticker.nanos() - openedAt > PROVEN_NANOS) {
            rebuildSpent = false;
        }
        if (rebuildSpent) {
            giveUp("the GPU failed again: " + fault.getMessage());
        } else {
            state = "lost";
            rebuildAt = ticker.nanos() + REBUILD_NANOS;
        }
    }

    /** Makes another context at once, which does not count as a failure's. */
    void startOnRequest() {
        start();
        rebuildSpent = false;
    }

    private void start() {
        state = "rebuilding";
        rebuildSpent = true;
        openingSince = ticker.nanos();
        opening = DeviceOpenAttempt.start(opener, executor);
    }

    /** Does what is due; called before each frame. */
    void advance() {
        DeviceOpenAttempt under = opening;
        if (under != null) {
            Optional<DeviceOpenAttempt.Outcome> done = under.take();
            if (done.isPresent()) {
                opening = null;
                adopt(done.get());
            } else if (ticker.nanos() - openingSince > OPENING_NANOS) {
                opening = null;
                under.giveUp();
                giveUp("the GPU's context was not made anew within " + OPENING_NANOS / 1_000_000_000 + " s");
            }
        } else if (state.equals("lost") && ticker.nanos() - rebuildAt >= 0) {
            start();
        }
    }

    private void adopt(DeviceOpenAttempt.Outcome done) {
        CudaRasterizer device = done.device();
        if (device != null) {
            owner.accept(device);
            rebuilds.incrementAndGet();
            openedAt = ticker.nanos();
            state = "active";
        } else {
            RuntimeException fault = done.fault();
            lastErrorCode = fault instanceof CudaException e ? e.code() : lastErrorCode;
            giveUp("the GPU's context could not be made anew: " + (fault == null ? "" : fault.getMessage()));
        }
    }

    private void giveUp(String reason) {
        state = "failed";
        end = reason;
        hopeless.accept(reason);
    }

    /** Closes what is still to come. */
    @Override
    public void close() {
        DeviceOpenAttempt late = opening;
        opening = null;
        if (late != null) {
            late.giveUp();
        }
    }
}
