package io.bev.avatar.splat.raster.cuda;

/** More device memory was asked for than the renderer may take. Nothing was taken, and nothing given back. */
public final class MemoryBudgetException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public MemoryBudgetException(String subject, long wantedBytes, long takenBytes, long budgetBytes) {
        super(
                "%s: needs %d MiB of GPU memory, %d of %d MiB are taken; expected to fit: raise gpu.memory-fraction or show less"
                        .formatted(subject, mib(wantedBytes), mib(takenBytes), mib(budgetBytes)));
    }

    private MemoryBudgetException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The budget would allow it, but other programs hold the device's memory. */
    static MemoryBudgetException heldByOthers(String subject, long freeBytes, CudaException cause) {
        return new MemoryBudgetException(
                "%s: the device has only %d MiB free, other programs hold the rest; end them or show less (%s)"
                        .formatted(subject, freeBytes >> 20, cause.getMessage()),
                cause);
    }

    private static long mib(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
