package io.bev.avatar.splat.scene;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;

/**
 * The Java heap that a model may use, in bytes.
 *
 * @param limitBytes for all models and the buffers of the rasteriser
 * @param heapBytes maximum size of the heap
 * @param heldBytes held by the current model while another one is loaded
 * @param heldBufferBytes held by the rasteriser for the current model; released before larger buffers are allocated
 */
public record ModelMemory(long limitBytes, long heapBytes, long heldBytes, long heldBufferBytes) {

    /** Centre, covariance, opacity and colour. */
    private static final long SHOWN_BYTES = 4 * (3 + 6 + 1 + 3);
    /** The same with scales and rotation, which are released when the covariances have been computed. */
    private static final long LOADING_BYTES = SHOWN_BYTES + 4 * (3 + 4);
    /** A projected record, its depth and tiles, four sort buffers with a quarter in reserve, and entries of five tiles. */
    private static final long BUFFER_BYTES = 4 * 16 + 8 + 4 + 20 + 24;
    /** Two bytes for each channel's coefficient. */
    private static final long COEFFICIENT_BYTES = 3 * 2;
    /** Share (1/n) of the heap for everything else. */
    private static final long RESERVE_SHARE = 12;

    private static final long MIN_RESERVE_BYTES = 16L << 20;
    private static final long MIB = 1L << 20;
    private static final long STEP = 256 * MIB;

    /** The heap of this process without a current model. */
    public static ModelMemory ofHeap() {
        long heap = Runtime.getRuntime().maxMemory();
        long old = heap;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            // Arrays of this size are allocated in the old generation, which is smaller than the heap.
            boolean tenured =
                    pool.getName().contains("Tenured") || pool.getName().contains("Old");
            if (pool.getType() == MemoryType.HEAP && tenured && pool.getUsage().getMax() > 0) {
                old = Math.min(old, pool.getUsage().getMax());
            }
        }
        return of(old, heap);
    }

    private static ModelMemory of(long old, long heap) {
        return new ModelMemory(old - Math.max(MIN_RESERVE_BYTES, old / RESERVE_SHARE), heap, 0, 0);
    }

    /** This memory while a model of {@code count} Gaussians is shown. */
    public ModelMemory beside(int count, int shDegree) {
        return new ModelMemory(
                limitBytes, heapBytes, count * (SHOWN_BYTES + coefficientBytes(shDegree)), count * BUFFER_BYTES);
    }

    private static long coefficientBytes(int shDegree) {
        return COEFFICIENT_BYTES * GaussianCloud.coefficients(shDegree);
    }

    /** The most that is in use while a model is loaded beside the current one and then shown. */
    private long peakBytes(long count, int shDegree) {
        long loading = count * (LOADING_BYTES + coefficientBytes(shDegree)) + heldBufferBytes;
        long shown =
                count * (SHOWN_BYTES + coefficientBytes(shDegree)) + Math.max(count * BUFFER_BYTES, heldBufferBytes);
        return heldBytes + Math.max(loading, shown);
    }

    /**
     * Checks that a model fits beside the current one.
     *
     * @param source the file's name in messages
     * @param count number of its Gaussians, &gt;= 0
     * @throws AvatarFormatException with size, limit and remedy, if it does not fit
     */
    public void require(String source, long count, int shDegree) throws AvatarFormatException {
        long peak = peakBytes(count, shDegree);
        if (peak <= limitBytes) {
            return;
        }
        ModelMemory alone = new ModelMemory(limitBytes, heapBytes, 0, 0);
        boolean fitsAlone = alone.peakBytes(count, shDegree) <= limitBytes;
        String current =
                heldBytes == 0 ? "" : " beside the current one, which uses " + mebibytes(heldBytes + heldBufferBytes);
        throw new AvatarFormatException(
                source,
                "a model that fits into " + mebibytes(limitBytes) + " of Java heap" + current,
                count + " Gaussians of degree " + shDegree + ", which need "
                        + mebibytes(alone.peakBytes(count, shDegree)),
                "increase the heap with BEV_AVATAR_JAVA_OPTIONS=" + heapOption(peak) + " (now "
                        + mebibytes(heapBytes) + ")"
                        + (fitsAlone
                                ? ", load it with the operation replace, which releases the current model first,"
                                : "")
                        + " or use a smaller model");
    }

    /** The {@code -Xmx} that is enough for {@code peak} bytes, with the reserve and the young generation. */
    private String heapOption(long peak) {
        long young = Math.max(0, heapBytes - limitBytes * RESERVE_SHARE / (RESERVE_SHARE - 1));
        long wanted = peak * (RESERVE_SHARE + 1) / RESERVE_SHARE + Math.min(young, STEP);
        return "-Xmx" + (wanted + STEP - 1) / STEP * STEP / MIB + "m";
    }

    /** The error for a load that ran out of memory although the model was expected to fit. */
    public AvatarFormatException exhausted(String source, OutOfMemoryError cause) {
        return new AvatarFormatException(
                source,
                "a model that fits into " + mebibytes(heapBytes) + " of Java heap",
                "no memory left while loading (" + cause.getMessage() + ")",
                "increase the heap with BEV_AVATAR_JAVA_OPTIONS=" + heapOption(2 * heapBytes)
                        + " or use a smaller model",
                cause);
    }

    private static String mebibytes(long bytes) {
        return (bytes + MIB - 1) / MIB + " MiB";
    }
}
