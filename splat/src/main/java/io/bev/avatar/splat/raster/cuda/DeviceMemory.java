package io.bev.avatar.splat.raster.cuda;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Allocator of device memory within a budget. Memory is allocated from the driver in blocks, handed out in pieces, and
 * cached when a piece is released, until {@link #trim}. Each block is as large as all previous ones together, so that
 * small models use little memory and large ones few blocks. Usage is counted by purpose. Counters may be read by any
 * thread; all other methods belong to one thread.
 */
final class DeviceMemory {

    /** Alignment of the driver; the vector loads of the kernels require less. */
    private static final long ALIGNMENT = 256;

    /** Size of the first block: enough for a small avatar at a small size. */
    private static final long FIRST_BLOCK_BYTES = 16L << 20;

    private final CudaContext context;
    private final long budgetBytes;
    private final long maxBlockBytes;
    private final List<Block> blocks = new ArrayList<>();
    private final Map<AllocationKind, Long> used = new EnumMap<>(AllocationKind.class);
    private long allocatedBytes;
    /** The part of {@link #allocatedBytes} not used by models. */
    private long sharedBytes;

    /** A piece of memory. */
    record Piece(long address, long bytes, AllocationKind purpose) {}

    private static final class Block {
        final long address;
        final long bytes;
        final boolean shared;
        /** Free ranges: start and size. */
        final TreeMap<Long, Long> free = new TreeMap<>();

        Block(long address, long bytes, boolean shared) {
            this.address = address;
            this.bytes = bytes;
            this.shared = shared;
            free.put(address, bytes);
        }

        boolean unused() {
            return !free.isEmpty() && free.firstEntry().getValue() == bytes;
        }

        boolean holds(long other) {
            return other >= address && other < address + bytes;
        }
    }

    /**
     * @param budgetBytes maximum total allocated from the driver
     * @param maxBlockBytes maximum block size; a larger piece gets its own block
     */
    DeviceMemory(CudaContext context, long budgetBytes, long maxBlockBytes) {
        this.context = context;
        this.budgetBytes = budgetBytes;
        this.maxBlockBytes = maxBlockBytes;
    }

    /** @throws MemoryBudgetException if it does not fit */
    synchronized Piece allocate(AllocationKind purpose, long wanted) {
        long bytes = Math.max(ALIGNMENT, (wanted + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        // A model is long-lived: in its own blocks it does not prevent other memory from being trimmed.
        boolean alone = purpose == AllocationKind.MODEL;
        long address = alone ? 0 : cut(bytes);
        if (address == 0) {
            address = allocateBlock(purpose, bytes);
        }
        used.merge(purpose, bytes, Long::sum);
        return new Piece(address, bytes, purpose);
    }

    private long nextBlockBytes() {
        return Math.min(maxBlockBytes, Math.max(FIRST_BLOCK_BYTES, sharedBytes));
    }

    /** Address from the first free range that is large enough; 0 for none. */
    private long cut(long bytes) {
        for (Block block : blocks) {
            long address = block.shared ? cutFrom(block, bytes) : 0;
            if (address != 0) {
                return address;
            }
        }
        return 0;
    }

    private static long cutFrom(Block block, long bytes) {
        long address = 0;
        long size = 0;
        for (Map.Entry<Long, Long> range : block.free.entrySet()) {
            if (range.getValue() >= bytes) {
                address = range.getKey();
                size = range.getValue();
                break;
            }
        }
        if (address != 0) {
            block.free.remove(address);
            if (size > bytes) {
                block.free.put(address + bytes, size - bytes);
            }
        }
        return address;
    }

    private long allocateBlock(AllocationKind purpose, long bytes) {
        boolean shared = purpose != AllocationKind.MODEL;
        long size = shared ? Math.max(bytes, nextBlockBytes()) : bytes;
        if (allocatedBytes + size > budgetBytes) {
            size = bytes;
        }
        if (allocatedBytes + size > budgetBytes) {
            trim();
        }
        if (allocatedBytes + size > budgetBytes) {
            throw new MemoryBudgetException("GPU memory for " + purpose, bytes, allocatedBytes, budgetBytes);
        }
        Block block = allocateFromDriver(bytes, size, shared);
        blocks.add(block);
        allocatedBytes += block.bytes;
        sharedBytes += shared ? block.bytes : 0;
        return cutFrom(block, bytes);
    }

    private Block allocateFromDriver(long bytes, long size, boolean shared) {
        try {
            return new Block(context.allocate(size), size, shared);
        } catch (CudaException e) {
            if (e.code() != CudaException.OUT_OF_MEMORY) {
                throw e;
            }
            // Other processes use the rest of the device: release cached memory and allocate only what is needed.
            trim();
            return new Block(context.allocate(bytes), bytes, shared);
        }
    }

    synchronized void free(Piece piece) {
        Block block = blocks.stream()
                .filter(b -> b.holds(piece.address))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "piece at " + piece.address + ": not allocated here, or already released"));
        release(block, piece);
        used.merge(piece.purpose, -piece.bytes, Long::sum);
        if (piece.purpose == AllocationKind.MODEL && block.unused()) {
            // Its size does not suit another model, so it is not cached.
            context.free(block.address);
            allocatedBytes -= block.bytes;
            blocks.remove(block);
        }
    }

    private static void release(Block block, Piece piece) {
        long start = piece.address;
        long size = piece.bytes;
        Map.Entry<Long, Long> before = block.free.floorEntry(start);
        if (before != null && before.getKey() + before.getValue() == start) {
            start = before.getKey();
            size += before.getValue();
        }
        Long after = block.free.remove(piece.address + piece.bytes);
        if (after != null) {
            size += after;
        }
        block.free.put(start, size);
    }

    /** Releases unused blocks to the driver; returns the bytes released. */
    synchronized long trim() {
        long before = allocatedBytes;
        for (Iterator<Block> all = blocks.iterator(); all.hasNext(); ) {
            Block block = all.next();
            if (block.unused()) {
                context.free(block.address);
                allocatedBytes -= block.bytes;
                sharedBytes -= block.shared ? block.bytes : 0;
                all.remove();
            }
        }
        return before - allocatedBytes;
    }

    /** Memory allocated from the driver, in use or cached. */
    synchronized long allocatedBytes() {
        return allocatedBytes;
    }

    long budgetBytes() {
        return budgetBytes;
    }

    /** Memory in use, by purpose. */
    synchronized Map<AllocationKind, Long> usedBytes() {
        Map<AllocationKind, Long> copy = new EnumMap<>(AllocationKind.class);
        for (AllocationKind purpose : AllocationKind.values()) {
            copy.put(purpose, used.getOrDefault(purpose, 0L));
        }
        return copy;
    }
}
