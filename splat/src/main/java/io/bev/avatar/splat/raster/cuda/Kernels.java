package io.bev.avatar.splat.raster.cuda;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** The kernels, loaded into a context. */
final class Kernels implements AutoCloseable {

    private static final String STRUCTURES = KernelSource.read("frame.h");

    static final StructLayout FRAME = StructLayout.parse(STRUCTURES, "Frame");
    static final StructLayout VIEW = StructLayout.parse(STRUCTURES, "View");
    static final StructLayout PASS = StructLayout.parse(STRUCTURES, "Pass");

    private final CudaContext context;
    private final long module;
    private final Map<String, Long> functions = new HashMap<>();

    /** @param image see {@link CudaContext#loadModule} */
    Kernels(CudaContext context, byte[] image) {
        this.context = context;
        module = context.loadModule(image);
        for (String kernel : KernelSource.KERNELS) {
            functions.put(kernel, context.function(module, kernel));
        }
    }

    long function(String name) {
        Long function = functions.get(name);
        if (function == null) {
            throw new IllegalArgumentException("no kernel " + name);
        }
        return function;
    }

    /** The second parameter of a kernel. */
    ByteBuffer pass(int shift, int from) {
        ByteBuffer pass = PASS.buffer();
        PASS.number(pass, "shift", shift);
        PASS.number(pass, "from", from);
        return pass;
    }

    @Override
    public void close() {
        context.unloadModule(module);
    }
}
