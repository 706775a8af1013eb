package io.bev.avatar.exporter.nvml;

import io.bev.avatar.common.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds one {@code nvmlInit} for as long as it works, and begins anew when it does not.
 *
 * <p>NVML counts initialisations, so each that succeeds is answered by exactly one {@code nvmlShutdown}. A session that ended
 * is closed and its library unloaded, because a driver upgrade replaces the file. A beginning that failed is not tried again
 * before {@code retryInterval}: loading scans directories and initialising may start {@code nvidia-modprobe}. A session in
 * which a GPU was lost goes on for the others until {@code retryInterval} later. Used by one thread.
 */
public final class NvmlSession implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NvmlSession.class);

    /**
     * A GPU of the session.
     *
     * @param index NVML's index
     * @param handle its handle, or why there is none
     */
    public record Slot(int index, NvmlResult<NvmlDevice> handle) {}

    /**
     * What an open session offers.
     *
     * @param number counts the sessions, from 1
     */
    public record Open(long number, NvmlApi api, List<Slot> slots) {}

    private final NvmlLoader loader;
    private final Ticker ticker;
    private final long retryNanos;
    private final List<BooleanSupplier> attached = new ArrayList<>();
    private @Nullable Open open;
    private @Nullable NvmlException failure;
    private long failedAt;
    private int spoiledBy = NvmlCode.SUCCESS;
    private long spoiledAt;
    private long sessions;
    private volatile @Nullable Boolean simulated;

    /** @param retryInterval how long a failed beginning stands before another is tried */
    public NvmlSession(NvmlLoader loader, Ticker ticker, Duration retryInterval) {
        this.loader = loader;
        this.ticker = ticker;
        this.retryNanos = retryInterval.toNanos();
    }

    /**
     * The open session, beginning one where there is none.
     *
     * @throws NvmlException when none can begin, or none could less than {@code retryInterval} ago
     */
    public Open open() throws NvmlException {
        if (spoiledBy != NvmlCode.SUCCESS && (!oneGpuOnly(spoiledBy) || ticker.nanos() - spoiledAt >= retryNanos)) {
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
                LOG.warn("GPU readings are off: {}", e.getMessage());
            }
            failure = e;
            failedAt = ticker.nanos();
            throw e;
        }
        LOG.info("NVML session open, {} GPU(s)", open.slots().size());
        failure = null;
        return open;
    }

    /** Tells of a code that a call gave: one that spoils the session makes {@link #open} begin another, at once or later. */
    public void report(int code) {
        if (open == null || !NvmlCode.endsSession(code) || (spoiledBy != NvmlCode.SUCCESS && oneGpuOnly(code))) {
            return;
        }
        LOG.warn("GPU readings are incomplete: {}", NvmlCode.describe(code));
        spoiledBy = code;
        spoiledAt = ticker.nanos();
    }

    /**
     * Adds something that another thread does inside the library during this session.
     *
     * @param release ends it before the session ends; gives false when the thread is still inside
     */
    public void attach(BooleanSupplier release) {
        attached.add(release);
    }

    /** Ends the session, when there is one; the next {@link #open} begins another. */
    @Override
    public void close() {
        end();
    }

    /** Whether the library is the simulator, known once it is loaded, even if its session fails. Any thread may ask. */
    public Optional<Boolean> simulated() {
        return Optional.ofNullable(simulated);
    }

    private void end() {
        Open ended = open;
        open = null;
        spoiledBy = NvmlCode.SUCCESS;
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
            LOG.info("nvmlShutdown gave {}", NvmlCode.describe(code));
        }
        if (free) {
            ended.api().close();
        } else {
            LOG.warn("A thread is still inside the NVML library, which therefore stays loaded");
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
            LOG.warn("GPU readings are SIMULATED: the library is the project's simulator, not a driver's");
        }
        simulated = now;
        return api;
    }

    private static List<Slot> slots(NvmlApi api) throws NvmlException {
        int count = api.deviceCount().orThrow();
        if (count == 0) {
            // What is left of a GPU that the driver has given up; a success without any reading would hide that.
            throw new NvmlException("nvmlDeviceGetCount_v2", NvmlCode.GPU_NOT_FOUND);
        }
        List<Slot> slots = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            slots.add(new Slot(i, api.device(i)));
        }
        return List.copyOf(slots);
    }

    private static boolean oneGpuOnly(int code) {
        return code == NvmlCode.GPU_IS_LOST || code == NvmlCode.GPU_NOT_FOUND;
    }
}
