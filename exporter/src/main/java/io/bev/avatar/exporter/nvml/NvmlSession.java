package io.bev.avatar.exporter.nvml;

import io.bev.avatar.common.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one NVML session ({@code nvmlInit}) open while it works, and opens another when it does not.
 *
 * <p>NVML counts initialisations, so each successful one is matched by exactly one {@code nvmlShutdown}. An invalid
 * session is closed and its library unloaded, because a driver upgrade replaces the file. A failed initialisation is
 * retried after {@code retryInterval}: loading scans directories and initialising may start {@code nvidia-modprobe}. A
 * session with a failed GPU continues for the others for {@code retryInterval}. Used by one thread.
 */
public final class NvmlSession implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NvmlSession.class);

    /**
     * A GPU of the session.
     *
     * @param index NVML's index
     * @param handle its handle, or the error
     */
    public record Slot(int index, NvmlResult<NvmlDevice> handle) {}

    /**
     * An open session.
     *
     * @param number sequence number of the session, from 1
     */
    public record Open(long number, NvmlApi api, List<Slot> slots) {}

    private final NvmlLoader loader;
    private final Ticker ticker;
    private final long retryNanos;
    private final List<BooleanSupplier> attached = new ArrayList<>();
    private @Nullable Open open;
    private @Nullable NvmlException failure;
    private long failedAt;
    private OptionalLong reopenAt = OptionalLong.empty();
    private int loggedCode = NvmlCode.SUCCESS;
    private long sessions;
    private volatile @Nullable Boolean simulated;

    /** @param retryInterval wait after a failed initialisation before the next attempt */
    public NvmlSession(NvmlLoader loader, Ticker ticker, Duration retryInterval) {
        this.loader = loader;
        this.ticker = ticker;
        this.retryNanos = retryInterval.toNanos();
    }

    /**
     * Returns the open session, opening one if necessary.
     *
     * @throws NvmlException when opening fails, or failed less than {@code retryInterval} ago
     */
    public Open open() throws NvmlException {
        if (reopenAt.isPresent() && ticker.nanos() - reopenAt.getAsLong() >= 0) {
            end();
        }
        if (open != null) {
            return open;
        }
        if (failure != null && ticker.nanos() - failedAt < retryNanos) {
            throw failure;
        }
        try {
            open = begin();
        } catch (NvmlException e) {
            if (failure == null || failure.code() != e.code()) {
                LOG.warn("GPU metrics unavailable: {}", e.getMessage());
            }
            failure = e;
            failedAt = ticker.nanos();
            throw e;
        }
        if (loggedCode == NvmlCode.SUCCESS) {
            LOG.info("NVML session opened with {} GPU(s)", open.slots().size());
        }
        failure = null;
        return open;
    }

    /**
     * Reports the return code of a call: one that invalidates the session makes {@link #open} open another, now or
     * later.
     */
    public void report(int code) {
        if (!NvmlCode.endsSession(code)) {
            return;
        }
        if (code == NvmlCode.GPU_IS_LOST || code == NvmlCode.GPU_NOT_FOUND) {
            reportFailedGpu(code);
        } else if (open != null) {
            log(code);
            reopenAt = OptionalLong.of(ticker.nanos());
        }
    }

    /**
     * Reports that a GPU cannot be read, whatever the code: {@link #open} opens another session after
     * {@code retryInterval}.
     */
    public void reportFailedGpu(int code) {
        log(code);
        if (open != null && reopenAt.isEmpty()) {
            reopenAt = OptionalLong.of(ticker.nanos() + retryNanos);
        }
    }

    /** Reports that all GPUs were read, which ends a failure for the log. */
    public void reportWorking() {
        loggedCode = NvmlCode.SUCCESS;
    }

    /**
     * Closes the session and opens another.
     *
     * @throws NvmlException as {@link #open}
     */
    public Open reopen() throws NvmlException {
        end();
        return open();
    }

    private void log(int code) {
        if (code != loggedCode) {
            LOG.warn("GPU metrics incomplete: {}", NvmlCode.describe(code));
            loggedCode = code;
        }
    }

    /**
     * Registers an activity of another thread inside the library during this session.
     *
     * @param release stops the activity before the session ends; returns false when the thread is still inside the
     * library
     */
    public void attach(BooleanSupplier release) {
        attached.add(release);
    }

    /** Closes the session, if any; the next {@link #open} opens another. */
    @Override
    public void close() {
        end();
    }

    /** Whether the library is the simulator; known once it is loaded, even if initialisation fails. Thread-safe. */
    public Optional<Boolean> simulated() {
        return Optional.ofNullable(simulated);
    }

    private void end() {
        Open ended = open;
        open = null;
        reopenAt = OptionalLong.empty();
        boolean free = true;
        for (BooleanSupplier release : attached) {
            free &= release.getAsBoolean();
        }
        attached.clear();
        if (ended == null) {
            return;
        }
        int code = ended.api().shutdown();
        if (code != NvmlCode.SUCCESS) {
            LOG.info("nvmlShutdown returned {}", NvmlCode.describe(code));
        }
        if (free) {
            ended.api().close();
        } else {
            LOG.warn("NVML library stays loaded: a thread is still inside it");
        }
    }

    private Open begin() throws NvmlException {
        NvmlApi api = load();
        int code = api.init();
        if (code != NvmlCode.SUCCESS) {
            api.close();
            throw new NvmlException("nvmlInit_v2", code);
        }
        try {
            return new Open(++sessions, api, slots(api));
        } catch (NvmlException e) {
            api.shutdown();
            api.close();
            throw e;
        }
    }

    private NvmlApi load() throws NvmlException {
        Boolean before = simulated;
        simulated = null;
        NvmlApi api = loader.load();
        boolean now = api.simulated();
        if (now && !Boolean.TRUE.equals(before)) {
            LOG.warn("GPU metrics are SIMULATED: the NVML library is the project's simulator, not a driver's");
        }
        simulated = now;
        return api;
    }

    private static List<Slot> slots(NvmlApi api) throws NvmlException {
        int count = api.deviceCount().orThrow();
        if (count == 0) {
            // The driver has dropped its GPU; a successful collection without samples would hide that.
            throw new NvmlException("nvmlDeviceGetCount_v2", NvmlCode.GPU_NOT_FOUND);
        }
        List<Slot> slots = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            slots.add(new Slot(i, api.device(i)));
        }
        return List.copyOf(slots);
    }
}
