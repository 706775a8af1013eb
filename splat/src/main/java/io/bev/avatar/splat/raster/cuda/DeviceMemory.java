package io.bev.avatar.splat.raster.cuda;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Device memory within a budget. It is taken from the driver in blocks, given out in pieces, and kept when a piece comes back,
 * until {@link #trim}. Each block is as large as those before it together, so that little is taken for little and few are taken
 * for much. Pieces are counted by purpose. Counters may be read by any thread; the rest belongs to one.
 */
final class DeviceMemory {

    /** What the driver aligns to; every vector load of the kernels asks for less. */
    private static final long ALIGNMENT = 256;

    /** The first block: a small avatar at a small size. */
    private static final long FIRST_BLOCK_BYTES = 16L << 20;

    private final CudaContext context;
    private final long budgetBytes;
    private final long largestBlockBytes;
    private final List<Block> blocks = new ArrayList<>();
    private final Map<AllocationKind, Long> used = new EnumMap<>(AllocationKind.class);
    private long takenBytes;
    /** Of {@link #takenBytes}, what models do not have. */
    private long sharedBytes;

    /** A piece of memory. */
    record Piece(long address, long bytes, AllocationKind purpose) {}

    private static final class Block {
        final long address;
        final long bytes;
        final boolean shared;
        /** Start and size of what nobody has. */
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
     * @param budgetBytes most that is ever taken from the driver
     * @param largestBlockBytes largest block; a larger piece gets a block of its own
     */
    DeviceMemory(CudaContext context, long budgetBytes, long largestBlockBytes) {
        this.context = context;
        this.budgetBytes = budgetBytes;
        this.largestBlockBytes = largestBlockBytes;
    }

    /** @throws MemoryBudgetException when it does not fit */
    synchronized Piece allocate(AllocationKind purpose, long wanted) {
        long bytes = Math.max(ALIGNMENT, (wanted + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        // A model stays: in blocks of its own it keeps nothing else from being trimmed.
        boolean alone = purpose == AllocationKind.MODEL;
        long address = alone ? 0 : cut(bytes);
        if (address == 0) {
            address = takeBlock(purpose, bytes);
        }
        used.merge(purpose, bytes, Long::sum);
        return new Piece(address, bytes, purpose);
    }

    private long nextBlockBytes() {
        return Math.min(largestBlockBytes, Math.max(FIRST_BLOCK_BYTES, sharedBytes));
    }

    /** First free range that is long enough; 0 for none. */
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

    private long takeBlock(AllocationKind purpose, long bytes) {
        boolean shared = purpose != AllocationKind.MODEL;
        long size = shared ? Math.max(bytes, nextBlockBytes()) : bytes;
        if (takenBytes + size > budgetBytes) {
            size = bytes;
        }
        if (takenBytes + size > budgetBytes) {
            trim();
        }
        if (takenBytes + size > budgetBytes) {
            throw new MemoryBudgetException("GPU memory for " + purpose, bytes, takenBytes, budgetBytes);
        }
        Block block = takeFromDriver(bytes, size, shared);
        blocks.add(block);
        takenBytes += block.bytes;
        sharedBytes += shared ? block.bytes : 0;
        return cutFrom(block, bytes);
    }

    private Block takeFromDriver(long bytes, long size, boolean shared) {
        try {
            return new Block(context.allocate(size), size, shared);
        } catch (CudaException e) {
            if (e.code() != CudaException.OUT_OF_MEMORY) {
                throw e;
            }
            // Other programs hold the rest of the device: what is kept for later goes, and no more than needed comes.
            trim();
            return new Block(context.allocate(bytes), bytes, shared);
        }
    }

    synchronized void free(Piece piece) {
        Block block = blocks.stream()
                .filter(b -> b.holds(piece.address))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("piece at " + piece.address + ": not from here, or freed before"));
        giveBack(block, piece);
        used.merge(piece.purpose, -piece.bytes, Long::sum);
        if (piece.purpose == AllocationKind.MODEL && block.unused()) {
            // Of a size that no other model has: of no use later.
            context.free(block.address);
            takenBytes -= block.bytes;
            blocks.remove(block);
        }
    }

    private static void giveBack(Block block, Piece piece) {
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

    /** Gives unused blocks back to the driver; answers how many bytes. */
    synchronized long trim() {
        long before = takenBytes;
        for (Iterator<Block> all = blocks.iterator(); all.hasNext(); ) {
            Block block = all.next();
            if (block.unused()) {
                context.free(block.address);
                takenBytes -= block.bytes;
                sharedBytes -= block.shared ? block.bytes : 0;
                all.remove();
            }
        }
        return before - takenBytes;
    }

    /** Taken from the driver, in use or kept. */
    synchronized long takenBytes() {
        return takenBytes;
    }

    long budgetBytes() {
        return budgetBytes;
    }

    /** In use, by purpose. */
    synchronized Map<AllocationKind, Long> usedBytes() {
        Map<AllocationKind, Long> copy = new EnumMap<>(AllocationKind.class);
        for (AllocationKind purpose : AllocationKind.values()) {
            copy.put(purpose, used.getOrDefault(purpose, 0L));
        }
        return copy;
    }
}
