package io.bev.avatar.splat.raster.cuda;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/** A driver that delegates to another one and fails on request. */
public final class FaultInjectingDriver implements CudaDriver {

    private final EmulatedDriver driver;
    private final Map<String, Integer> faults = new HashMap<>();
    private final Map<String, Integer> lasting = new HashMap<>();

    /**
     * Code that every function returns from now on, as after a sticky error; 0 for none. Destroying a context returns
     * it as well, but destroys the context.
     */
    public int sticky;

    /** Whether kernels hang; destroying their context would hang, too. */
    boolean hanging;

    /** Number of calls so far that can fail. */
    int calls;

    /** Called at every poll for completed work. */
    Runnable onPoll = () -> {};

    int opened;

    public FaultInjectingDriver(EmulatedDriver driver) {
        this.driver = driver;
    }

    /** Every call of {@code function} returns {@code code}; 0 ends this. */
    void failAlways(String function, int code) {
        lasting.put(function, code);
    }

    /** The next call of {@code function} returns {@code code}. */
    public void fail(String function, int code) {
        faults.put(function, code);
    }

    /** A call, which fails if requested. */
    private void call(String function) {
        calls++;
        IntSupplier planned = () -> {
            Integer code = faults.remove(function);
            return code == null ? Math.max(sticky, lasting.getOrDefault(function, 0)) : code;
        };
        int code = planned.getAsInt();
        if (code != 0) {
            throw new CudaException(function, code, "injected");
        }
    }

    @Override
    public void init() {
        call("cuInit");
    }

    @Override
    public int version() {
        return driver.version();
    }

    @Override
    public int deviceCount() {
        return driver.deviceCount();
    }

    @Override
    public String name(int index) {
        return driver.name(index);
    }

    @Override
    public byte[] uuid(int index) {
        return driver.uuid(index);
    }

    @Override
    public String pciBusId(int index) {
        return driver.pciBusId(index);
    }

    @Override
    public long totalBytes(int index) {
        return driver.totalBytes(index);
    }

    @Override
    public int computeCapability(int index) {
        return driver.computeCapability(index);
    }

    @Override
    public CudaContext open(int index) {
        call("cuCtxCreate");
        opened++;
        return new FaultyContext(driver.open(index));
    }

    private final class FaultyContext implements CudaContext {

        private final CudaContext context;

        FaultyContext(CudaContext context) {
            this.context = context;
        }

        @Override
        public void enter() {
            call("cuCtxSetCurrent");
            context.enter();
        }

        @Override
        public long loadModule(byte[] image) {
            call("cuModuleLoadData");
            return context.loadModule(image);
        }

        @Override
        public void unloadModule(long module) {
            call("cuModuleUnload");
            context.unloadModule(module);
        }

        @Override
        public long function(long module, String name) {
            return context.function(module, name);
        }

        @Override
        public long allocate(long bytes) {
            call("cuMemAlloc");
            return context.allocate(bytes);
        }

        @Override
        public void free(long address) {
            call("cuMemFree");
            context.free(address);
        }

        @Override
        public long freeBytes() {
            return context.freeBytes();
        }

        @Override
        public Pinned pin(int bytes) {
            call("cuMemHostAlloc");
            return context.pin(bytes);
        }

        @Override
        public void unpin(Pinned memory) {
            call("cuMemFreeHost");
            context.unpin(memory);
        }

        @Override
        public long createStream() {
            return context.createStream();
        }

        @Override
        public void destroyStream(long stream) {
            call("cuStreamDestroy");
            context.destroyStream(stream);
        }

        @Override
        public long createEvent() {
            return context.createEvent();
        }

        @Override
        public void destroyEvent(long event) {
            call("cuEventDestroy");
            context.destroyEvent(event);
        }

        @Override
        public boolean reached(long event) {
            onPoll.run();
            call("cuEventQuery");
            return !hanging && context.reached(event);
        }

        @Override
        public float elapsedMillis(long from, long to) {
            return context.elapsedMillis(from, to);
        }

        @Override
        public Command launch(long function, int grid, int block, long stream, ByteBuffer... arguments) {
            return guarded("cuLaunchKernel", context.launch(function, grid, block, stream, arguments));
        }

        @Override
        public Command upload(Pinned from, int offset, long to, long bytes, long stream) {
            return guarded("cuMemcpyHtoDAsync", context.upload(from, offset, to, bytes, stream));
        }

        @Override
        public Command download(long from, Pinned to, int offset, long bytes, long stream) {
            return guarded("cuMemcpyDtoHAsync", context.download(from, to, offset, bytes, stream));
        }

        @Override
        public Command record(long event, long stream) {
            return context.record(event, stream);
        }

        @Override
        public Command await(long event, long stream) {
            return context.await(event, stream);
        }

        private Command guarded(String function, Command command) {
            return () -> {
                call(function);
                command.enqueue();
            };
        }

        @Override
        public void close() {
            if (hanging) {
                throw new AssertionError("destroying a context with a hung kernel never returns");
            }
            context.close();
            call("cuCtxDestroy");
        }
    }
}
