package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Projection;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lists for every tile the records that reach it, nearest first. The depth order is divided into segments; each is
 * counted, then written after the previous segments, so that lists stay sorted for any number of threads.
 */
final class TileBinner {

    private final int segments;
    /** [segments][tiles]: first the count, then the next position in {@link #list}. */
    private final int[][] positions;

    private int tilesX;
    private int tiles;
    /** Records of all tiles, tile by tile. */
    int[] list = new int[0];
    /** Start of each tile's records in {@link #list}; [tiles + 1]. */
    int[] starts = new int[1];

    TileBinner(int segments) {
        this.segments = segments;
        this.positions = new int[segments][0];
    }

    int segments() {
        return segments;
    }

    void begin(int tilesX, int tilesY) {
        this.tilesX = tilesX;
        tiles = tilesX * tilesY;
        if (starts.length <= tiles) {
            starts = new int[tiles + 1];
            for (int s = 0; s < segments; s++) {
                positions[s] = new int[tiles];
            }
        }
    }

    /** Counts a segment's records per tile. */
    void count(Projection projection, int[] order, int total, int segment) {
        int[] counts = positions[segment];
        Arrays.fill(counts, 0, tiles, 0);
        visit(projection, order, total, segment, counts, null);
    }

    /** Converts counts to positions; between {@link #count} and {@link #fill}. */
    void layOut() {
        int at = 0;
        for (int t = 0; t < tiles; t++) {
            starts[t] = at;
            for (int s = 0; s < segments; s++) {
                int n = positions[s][t];
                positions[s][t] = at;
                at += n;
            }
        }
        starts[tiles] = at;
        if (list.length < at) {
            release();
            list = new int[at + at / 4];
        }
    }

    /** Releases the lists; {@link #layOut} allocates them again. */
    void release() {
        list = new int[0];
    }

    /** Writes a segment's records into the lists. */
    void fill(Projection projection, int[] order, int total, int segment) {
        visit(projection, order, total, segment, positions[segment], list);
    }

    private void visit(Projection projection, int[] order, int total, int segment, int[] next, int @Nullable [] out) {
        long[] tilesOf = projection.tiles;
        int end = (int) ((long) total * (segment + 1) / segments);
        for (int i = (int) ((long) total * segment / segments); i < end; i++) {
            int record = order[i];
            long packed = tilesOf[record];
            int left = (int) packed & 0xffff;
            int right = (int) (packed >>> 16) & 0xffff;
            int top = (int) (packed >>> 32) & 0xffff;
            int bottom = (int) (packed >>> 48);
            if (right > left && bottom > top) {
                visitOblong(projection.records, record, left, right, top, bottom, next, out);
            } else {
                for (int ty = top; ty <= bottom; ty++) {
                    put(record, ty * tilesX + left, ty * tilesX + right, next, out);
                }
            }
        }
    }

    /** Skips the corners of the box that the ellipse does not reach. */
    private void visitOblong(
            float[] records, int record, int left, int right, int top, int bottom, int[] next, int @Nullable [] out) {
        int at = record * Projection.STRIDE;
        float x = records[at + Projection.X];
        for (int ty = top; ty <= bottom; ty++) {
            float above = (ty << Tile.SHIFT) - records[at + Projection.Y];
            float below = above + (Tile.SIZE - 1);
            int from = Math.max(left, (int) (x + EllipseSpan.left(records, at, above, below)) >> Tile.SHIFT);
            int to = Math.min(right, (int) (x + EllipseSpan.right(records, at, above, below)) >> Tile.SHIFT);
            put(record, ty * tilesX + from, ty * tilesX + to, next, out);
        }
    }

    private static void put(int record, int first, int last, int[] next, int @Nullable [] out) {
        for (int t = first; t <= last; t++) {
            if (out == null) {
                next[t]++;
            } else {
                out[next[t]++] = record;
            }
        }
    }
}
