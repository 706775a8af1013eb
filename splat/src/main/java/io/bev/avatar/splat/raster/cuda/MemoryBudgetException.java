package io.bev.avatar.splat.raster.cuda;

/** A request for device memory exceeds the budget of the renderer. Nothing was allocated and nothing released. */
public final class MemoryBudgetException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public MemoryBudgetException(String subject, long wantedBytes, long allocatedBytes, long budgetBytes) {
        super(("%s: needs %d MiB of GPU memory, %d of %d MiB are in use; increase gpu.memory-fraction"
                        + " or use a smaller model or size")
                .formatted(subject, mib(wantedBytes), mib(allocatedBytes), mib(budgetBytes)));
    }

    private MemoryBudgetException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The budget would allow it, but other processes use the device's memory. */
    static MemoryBudgetException heldByOthers(String subject, long freeBytes, CudaException cause) {
        return new MemoryBudgetException(
                ("%s: the device has only %d MiB free, other processes use the rest; stop them"
                                + " or use a smaller model or size (%s)")
                        .formatted(subject, freeBytes >> 20, cause.getMessage()),
                cause);
    }

    private static long mib(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
