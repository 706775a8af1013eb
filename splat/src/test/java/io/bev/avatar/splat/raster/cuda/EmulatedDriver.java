package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A driver whose single device is this processor: the emulation runs the kernels, and all other operations are executed
 * immediately instead of in a stream. Reports writes beyond the end of memory and double frees, and counts the
 * resources held.
 */
public class EmulatedDriver implements CudaDriver {

    static final long TOTAL_BYTES = 8L << 30;

    private static final int INVALID_VALUE = 1;
    private static final int INVALID_HANDLE = 400;
    private static final int LAUNCH_FAILED = 719;

    // Blocks run one at a time in static memory: one launch at a time in this process.
    private static final Object ONE_LAUNCH = new Object();

    private static final String[] FAULTS = {
        "none",
        "deadlock of emulated threads",
        "threads meet at different barriers or intrinsics",
        "the mask of an intrinsic lacks a lane",
        "guard broken",
        "access beyond the allocated memory",
        "read of unwritten memory",
        "race: no barrier between two threads at one word",
        "operation without a defined result"
    };

    private final long seed;
    private final Path libraryFile;

    /** Contexts that were not closed. */
    public int openContexts;

    private final boolean running;

    /** @param seed of the order in which threads are scheduled */
    public EmulatedDriver(long seed) {
        this(seed, true, EmulatedKernels.library());
    }

    private EmulatedDriver(long seed, boolean running, Path libraryFile) {
        this.seed = seed;
        this.running = running;
        this.libraryFile = libraryFile;
    }

    /** A driver whose kernels fuse products and sums, as on a device. */
    static EmulatedDriver fused(long seed) {
        return new EmulatedDriver(seed, true, EmulatedKernels.fusedLibrary());
    }

    /** A driver that checks every access of the kernels: slow. */
    static EmulatedDriver checked(long seed) {
        return new EmulatedDriver(seed, true, EmulatedKernels.checkedLibrary());
    }

    /** A driver that runs the kernels of another text and checks every access. */
    static EmulatedDriver checked(long seed, String program) {
        return new EmulatedDriver(seed, true, EmulatedKernels.library(program, true));
    }

    /** A driver whose kernels do nothing: for tests of the host side with thousands of calls. */
    static EmulatedDriver withoutKernels() {
        return new EmulatedDriver(0, false, EmulatedKernels.library());
    }

    /** A stand-in for the compiled kernels of this device. */
    public static byte[] image() {
        return EmulatedKernels.library().toString().getBytes(UTF_8);
    }

    @Override
    public void init() {}

    @Override
    public int version() {
        return 12_060;
    }

    @Override
    public int deviceCount() {
        return 1;
    }

    @Override
    public String name(int index) {
        return "emulation";
    }

    @Override
    public byte[] uuid(int index) {
        return new byte[16];
    }

    @Override
    public String pciBusId(int index) {
        return "0000:00:00.0";
    }

    @Override
    public long totalBytes(int index) {
        return TOTAL_BYTES;
    }

    @Override
    public int computeCapability(int index) {
        return 89;
    }

    @Override
    public EmulatedContext open(int index) {
        openContexts++;
        return new EmulatedContext();
    }

    /** See {@link EmulatedDriver}. */
    final class EmulatedContext implements CudaContext {

        private final Random random = new Random(seed);
        private final Map<Long, Long> allocations = new HashMap<>();
        private final Map<Long, NativeLibrary> modules = new HashMap<>();
        private final Set<Long> handles = new HashSet<>();
        private final Map<Long, Pinned> pinned = new HashMap<>();
        private long lastHandle = 1000;
        private boolean closed;
        private final Map<Long, String> names = new HashMap<>();
        private final NativeLibrary library = NativeLibrary.getInstance(libraryFile.toString());
        private final Function launcher = library.getFunction("emulation_launch");

        /** Number of resources not released: memory, pinned memory, modules, streams, events. */
        int held() {
            return allocations.size() + pinned.size() + modules.size() + handles.size();
        }

        long heldBytes() {
            return allocations.values().stream().mapToLong(b -> b).sum();
        }

        private long handle() {
            lastHandle++;
            handles.add(lastHandle);
            return lastHandle;
        }

        private void forget(long handle) {
            if (!handles.remove(handle)) {
                throw new CudaException("destroy", INVALID_HANDLE, "no such handle");
            }
        }

        @Override
        public void enter() {
            if (closed) {
                throw new CudaException("cuCtxSetCurrent", 709, "the context is destroyed");
            }
        }

        @Override
        public long loadModule(byte[] image) {
            String text = new String(image, UTF_8);
            if (text.startsWith("\u007fELF")) {
                throw new CudaException("cuModuleLoadData", 209, "CUDA_ERROR_NO_BINARY_FOR_GPU");
            }
            lastHandle++;
            // A driver compiles PTX for its device; here the kernels are already compiled.
            boolean mine = text.startsWith("//") || text.equals(new String(EmulatedDriver.image(), UTF_8));
            modules.put(lastHandle, mine ? library : NativeLibrary.getInstance(text));
            return lastHandle;
        }

        @Override
        public void unloadModule(long module) {
            if (modules.remove(module) == null) {
                throw new CudaException("cuModuleUnload", INVALID_HANDLE, "no such module");
            }
        }

        @Override
        public long function(long module, String name) {
            NativeLibrary loaded = modules.get(module);
            if (loaded == null) {
                throw new CudaException("cuModuleGetFunction", INVALID_HANDLE, "no such module");
            }
            long function = Pointer.nativeValue(loaded.getFunction(name));
            names.put(function, name);
            return function;
        }

        @Override
        public long allocate(long bytes) {
            // The contents of fresh memory depend on the seed: if two images differ, uninitialised memory was read.
            int pattern = seed % 2 == 0 ? 0xff : 0x3f;
            Pointer memory = library.getFunction("emulation_allocate").invokePointer(new Object[] {bytes, pattern});
            if (memory == null) {
                throw new CudaException("cuMemAlloc", 2, "CUDA_ERROR_OUT_OF_MEMORY");
            }
            if (!running) {
                memory.setMemory(0, bytes, (byte) 0);
            }
            allocations.put(Pointer.nativeValue(memory), bytes);
            return Pointer.nativeValue(memory);
        }

        @Override
        public void free(long address) {
            Long bytes = allocations.remove(address);
            if (bytes == null) {
                throw new CudaException("cuMemFree", INVALID_VALUE, "nothing was allocated at " + address);
            }
            int fault = library.getFunction("emulation_free").invokeInt(new Object[] {new Pointer(address), bytes});
            if (fault != 0) {
                throw new CudaException("cuMemFree", 700, "a kernel wrote beyond its memory of " + bytes + " bytes");
            }
        }

        @Override
        public long freeBytes() {
            return TOTAL_BYTES - heldBytes();
        }

        @Override
        public Pinned pin(int bytes) {
            lastHandle++;
            Pinned memory =
                    new Pinned(lastHandle, ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
            pinned.put(lastHandle, memory);
            return memory;
        }

        @Override
        public void unpin(Pinned memory) {
            if (pinned.remove(memory.handle()) == null) {
                throw new CudaException("cuMemFreeHost", INVALID_VALUE, "no such memory");
            }
        }

        @Override
        public long createStream() {
            return handle();
        }

        @Override
        public void destroyStream(long stream) {
            forget(stream);
        }

        @Override
        public long createEvent() {
            return handle();
        }

        @Override
        public void destroyEvent(long event) {
            forget(event);
        }

        @Override
        public boolean reached(long event) {
            return true;
        }

        @Override
        public float elapsedMillis(long from, long to) {
            return 0.5f;
        }

        @Override
        public Command launch(long function, int grid, int block, long stream, ByteBuffer... arguments) {
            if (!running) {
                return () -> {};
            }
            Object[] call = {new Pointer(function), grid, block, arguments[0], arguments[1], 0L};
            return () -> {
                int fault;
                synchronized (ONE_LAUNCH) {
                    call[5] = random.nextLong();
                    fault = launcher.invokeInt(call);
                }
                if (fault != 0) {
                    throw new CudaException("cuLaunchKernel", LAUNCH_FAILED, describe(fault, names.get(function)));
                }
            };
        }

        private String describe(int fault, @Nullable String kernel) {
            long[] place = new long[3];
            library.getFunction("emulation_fault_place").invokeVoid(new Object[] {place});
            return "emulated kernel " + kernel + " failed, block " + place[1] + ", thread " + place[0] + ": "
                    + FAULTS[fault] + (place[2] == 0 ? "" : " at " + where(place[2]));
        }

        private String where(long address) {
            return allocations.entrySet().stream()
                    .filter(a -> address >= a.getKey() && address < a.getKey() + a.getValue())
                    .map(a -> "byte " + (address - a.getKey()) + " of " + a.getValue())
                    .findFirst()
                    .orElse("shared or unknown memory");
        }

        @Override
        public Command upload(Pinned from, int offset, long to, long bytes, long stream) {
            return () -> {
                device(to, bytes).put(0, from.bytes(), offset, (int) bytes);
                library.getFunction("emulation_written").invokeVoid(new Object[] {new Pointer(to), bytes});
            };
        }

        @Override
        public Command download(long from, Pinned to, int offset, long bytes, long stream) {
            return () -> {
                to.bytes().put(offset, device(from, bytes), 0, (int) bytes);
                long unwritten =
                        library.getFunction("emulation_unwritten").invokeLong(new Object[] {new Pointer(from), bytes});
                if (unwritten > 0) {
                    throw new CudaException(
                            "cuMemcpyDtoHAsync",
                            LAUNCH_FAILED,
                            unwritten + " of " + bytes + " bytes of unwritten memory");
                }
            };
        }

        private ByteBuffer device(long address, long bytes) {
            boolean inside = allocations.entrySet().stream()
                    .anyMatch(a -> address >= a.getKey() && address + bytes <= a.getKey() + a.getValue());
            if (!inside) {
                throw new CudaException("cuMemcpy", 700, bytes + " bytes at " + address + ": not allocated");
            }
            return new Pointer(address).getByteBuffer(0, bytes);
        }

        @Override
        public Command record(long event, long stream) {
            return () -> {};
        }

        @Override
        public Command await(long event, long stream) {
            return () -> {};
        }

        @Override
        public void close() {
            if (closed) {
                throw new CudaException("cuCtxDestroy", 709, "the context is destroyed");
            }
            closed = true;
            openContexts--;
            allocations.keySet().stream().toList().forEach(this::free);
            pinned.clear();
            modules.clear();
            handles.clear();
        }
    }
}
