package io.bev.avatar.splat.raster.cuda;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to open a device concurrently with rendering. The result has one owner: the caller that takes it, or,
 * after the attempt is abandoned, the attempt itself, which closes it. Thread-safe.
 */
final class DeviceOpenAttempt {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceOpenAttempt.class);

    private final Supplier<CudaRasterizer> opener;
    private @Nullable Outcome outcome;
    private boolean abandoned;

    /** The result: one of the two. */
    record Outcome(
            @Nullable CudaRasterizer device, @Nullable RuntimeException fault) {}

    private DeviceOpenAttempt(Supplier<CudaRasterizer> opener) {
        this.opener = opener;
    }

    static DeviceOpenAttempt start(Supplier<CudaRasterizer> opener, Executor executor) {
        DeviceOpenAttempt opening = new DeviceOpenAttempt(opener);
        executor.execute(opening::open);
        return opening;
    }

    private void open() {
        Outcome done;
        try {
            done = new Outcome(opener.get(), null);
        } catch (RuntimeException e) {
            done = new Outcome(null, e);
        }
        if (!retain(done)) {
            closeQuietly(done);
        }
    }

    private synchronized boolean retain(Outcome done) {
        outcome = done;
        return !abandoned;
    }

    /** The result, to be closed by the caller; empty while the attempt is in progress. */
    synchronized Optional<Outcome> result() {
        return Optional.ofNullable(outcome);
    }

    /** Abandons the attempt: closes its present or future result. Not after {@link #result} returned one. */
    void abandon() {
        Outcome done;
        synchronized (this) {
            abandoned = true;
            done = outcome;
        }
        if (done != null) {
            closeQuietly(done);
        }
    }

    private static void closeQuietly(Outcome done) {
        CudaRasterizer device = done.device;
        if (device != null) {
            try {
                device.close();
            } catch (CudaException e) {
                LOG.warn("Closing an abandoned CUDA context failed: {}", e.getMessage());
            }
        }
    }
}
