package io.bev.avatar.splat.raster.cuda;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to open a device beside the frames. What comes of it has one owner: who takes it, or, once it is given up, the
 * attempt itself, which closes it. Thread-safe.
 */
final class DeviceOpenAttempt {

    private static final Logger log = LoggerFactory.getLogger(DeviceOpenAttempt.class);

    private final Supplier<CudaRasterizer> opener;
    private @Nullable Outcome outcome;
    private boolean givenUp;

    /** What came: one of the two. */
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
        if (!keep(done)) {
            closeQuietly(done);
        }
    }

    private synchronized boolean keep(Outcome done) {
        outcome = done;
        return !givenUp;
    }

    /** What came, to be closed by the caller; empty while it is under way. */
    synchronized Optional<Outcome> take() {
        return Optional.ofNullable(outcome);
    }

    /** Closes what came, or what is still to come. Not after {@link #take} answered. */
    void giveUp() {
        Outcome done;
        synchronized (this) {
            givenUp = true;
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
                log.warn("a context that nobody waits for was not closed: {}", e.getMessage());
            }
        }
    }
}
