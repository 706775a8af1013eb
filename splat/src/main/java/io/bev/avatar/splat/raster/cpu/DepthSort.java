package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Projection;
import java.util.Arrays;

/**
 * Sorts the records of a {@link Projection} by depth: a stable radix sort, so that ties keep the order of the cloud.
 */
final class DepthSort {

    private static final int MAX_DIGIT_BITS = 12;

    /** Record numbers, nearest first. */
    int[] order = new int[0];

    private int[] otherOrder = new int[0];
    private int[] keys = new int[0];
    private int[] otherKeys = new int[0];
    private final int[] starts = new int[1 << MAX_DIGIT_BITS];

    /** Fills {@link #order} and returns the number of records. */
    int sort(Projection projection) {
        int count = 0;
        int lowest = Integer.MAX_VALUE;
        int highest = 0;
        for (int c = 0; c < projection.chunks; c++) {
            count += projection.chunkCounts[c];
            lowest = Math.min(lowest, projection.chunkLowest[c]);
            highest = Math.max(highest, projection.chunkHighest[c]);
        }
        reserve(count);
        int at = 0;
        for (int c = 0; c < projection.chunks; c++) {
            int first = c * Projection.CHUNK;
            int end = first + projection.chunkCounts[c];
            for (int r = first; r < end; r++) {
                keys[at] = projection.depthBits[r] - lowest;
                order[at++] = r;
            }
        }
        if (count > 1) {
            sortKeys(count, Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(highest - lowest)));
        }
        return count;
    }

    /** Sorts only by the bits that differ. */
    private void sortKeys(int count, int bits) {
        int passes = (bits + MAX_DIGIT_BITS - 1) / MAX_DIGIT_BITS;
        int digitBits = (bits + passes - 1) / passes;
        for (int pass = 0; pass < passes; pass++) {
            scatter(count, pass * digitBits, (1 << digitBits) - 1);
            int[] swap = keys;
            keys = otherKeys;
            otherKeys = swap;
            swap = order;
            order = otherOrder;
            otherOrder = swap;
        }
    }

    private void scatter(int count, int shift, int mask) {
        int[] from = keys;
        int[] fromOrder = order;
        int[] to = otherKeys;
        int[] toOrder = otherOrder;
        int[] next = starts;
        Arrays.fill(next, 0, mask + 1, 0);
        for (int i = 0; i < count; i++) {
            next[(from[i] >>> shift) & mask]++;
        }
        int sum = 0;
        for (int d = 0; d <= mask; d++) {
            int n = next[d];
            next[d] = sum;
            sum += n;
        }
        for (int i = 0; i < count; i++) {
            int key = from[i];
            int position = next[(key >>> shift) & mask]++;
            to[position] = key;
            toOrder[position] = fromOrder[i];
        }
    }

    private void reserve(int count) {
        if (keys.length < count) {
            release();
            int room = count + count / 4;
            order = new int[room];
            otherOrder = new int[room];
            otherKeys = new int[room];
            keys = new int[room];
        }
    }

    /** Releases the buffers; {@link #sort} allocates them again. */
    void release() {
        keys = new int[0];
        order = keys;
        otherOrder = keys;
        otherKeys = keys;
    }
}
