package io.bev.avatar.splat.raster.cpu;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the fastest kernel that this Java runtime supports. */
public final class TileKernels {

    private static final Logger LOG = LoggerFactory.getLogger(TileKernels.class);

    /** Compiled against a module that may be missing, so only this string may refer to the class. */
    private static final String VECTOR = "io.bev.avatar.splat.raster.cpu.vector.VectorTileKernel";

    private TileKernels() {}

    /** The vector kernel, or, with one warning, the scalar one. */
    public static TileKernel fastest() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            LOG.warn("Rendering without vector instructions, about ten times slower: module jdk.incubator.vector is"
                    + " not enabled. Start Java with --add-modules jdk.incubator.vector");
            return new ScalarTileKernel();
        }
        try {
            return Class.forName(VECTOR)
                    .asSubclass(TileKernel.class)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.warn(
                    "Rendering without vector instructions, about ten times slower: the Vector API of Java {} is"
                            + " not supported. Use Java 17 to 21",
                    Runtime.version().feature(),
                    e);
            return new ScalarTileKernel();
        }
    }
}
