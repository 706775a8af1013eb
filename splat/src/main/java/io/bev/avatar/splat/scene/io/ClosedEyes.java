package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.MorphTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Hides the eyeballs of a captured head behind its closed lids. The Gaussians of lids are stretched when these close and
 * let the iris through. So every part of an eyeball that the lid has passed moves far down, out of every image of the head.
 * The inside of the head is no place for it: skin lets it through as well.
 *
 * <p>Additional targets named {@code eyeBlinkLeft} and {@code eyeBlinkRight} do that, one for each of {@value #BANDS} ranges
 * of the weight. They apply to every source of weights and every rasteriser.
 */
final class ClosedEyes {

    private static final int BANDS = 16;
    /** Columns into which an eyeball is divided; each has a height of the lid's edge. */
    private static final int COLUMNS = 16;
    /** A lid moves down by more, in diameters of the eyeball. */
    private static final float LEAST_LID_TRAVEL = 0.04f;
    /** The edge of a lid moves by at least this share of the largest movement in its column. */
    private static final float EDGE_TRAVEL = 0.6f;
    /** Where hidden parts are, in distances of the eyes: 60 m below the head of an adult. */
    private static final float FAR = 1000;
    /** An eyeball turns by more, in diameters. */
    private static final float LEAST_EYE_TRAVEL = 0.03f;

    private final float[] positions;
    private final Map<String, MorphTarget> targets = new HashMap<>();
    /** Separate parts of the mesh. */
    private final List<int[]> parts;

    private ClosedEyes(float[] positions, int[] triangles, List<MorphTarget> targets) {
        this.positions = positions;
        targets.forEach(target -> this.targets.put(target.name(), target));
        this.parts = parts(positions.length / 3, triangles);
    }

    /**
     * The additional targets; none if the mesh has no two eyeballs.
     *
     * @param positions [vertices, 3], y up, face along +z
     * @param triangles [triangles, 3]
     * @param targets those of the file
     */
    static List<MorphTarget> targets(float[] positions, int[] triangles, List<MorphTarget> targets) {
        return new ClosedEyes(positions, triangles, targets).targets();
    }

    private List<MorphTarget> targets() {
        int[] left = eyeball("Left");
        int[] right = eyeball("Right");
        if (left.length == 0 || right.length == 0 || left[0] == right[0]) {
            return List.of();
        }
        Box leftBox = box(left);
        Box rightBox = box(right);
        float down = FAR * Math.abs(leftBox.centre(0) - rightBox.centre(0));
        List<MorphTarget> added = new ArrayList<>();
        added.addAll(hide("eyeBlinkLeft", left, leftBox, down));
        added.addAll(hide("eyeBlinkRight", right, rightBox, down));
        return added;
    }

    /** The separate part of the mesh that turns most with the gaze of that side; empty for none. */
    private int[] eyeball(String side) {
        MorphTarget look = targets.get("eyeLookIn" + side);
        MorphTarget blink = targets.get("eyeBlink" + side);
        if (look == null || blink == null) {
            return new int[0];
        }
        float[] travel = new float[positions.length / 3];
        for (int k = 0; k < look.indices().length; k++) {
            travel[look.indices()[k]] = Math.abs(look.deltas()[3 * k]);
        }
        int[] best = {};
        float bestTravel = 0;
        for (int[] part : parts) {
            float mean = 0;
            for (int vertex : part) {
                mean += travel[vertex] / part.length;
            }
            if (mean > bestTravel && mean > LEAST_EYE_TRAVEL * box(part).size(1)) {
                best = part;
                bestTravel = mean;
            }
        }
        return best;
    }

    private List<MorphTarget> hide(String name, int[] eyeball, Box box, float down) {
        Edge edge = edge(Objects.requireNonNull(targets.get(name), "required of an eyeball"), box);
        int[] bands = new int[eyeball.length];
        int[] sizes = new int[BANDS];
        for (int i = 0; i < eyeball.length; i++) {
            float x = positions[3 * eyeball[i]];
            float y = positions[3 * eyeball[i] + 1];
            bands[i] = Math.max(0, Math.min(BANDS - 1, (int) (BANDS * edge.passes(x, y))));
            sizes[bands[i]]++;
        }
        List<MorphTarget> added = new ArrayList<>();
        for (int band = 0; band < BANDS; band++) {
            int[] indices = new int[sizes[band]];
            float[] deltas = new float[3 * indices.length];
            int n = 0;
            for (int i = 0; i < eyeball.length; i++) {
                if (bands[i] == band) {
                    deltas[3 * n + 1] = -down;
                    indices[n++] = eyeball[i];
                }
            }
            added.add(new MorphTarget(name, indices, deltas, (band + 0.5f) / BANDS));
        }
        return added;
    }

    /** Lower edge of the open upper lid in each column, and how far down it moves. */
    private record Edge(Box box, float[] height, float[] travel) {

        /** Weight at which the edge passes a point; above 1 for never. */
        float passes(float x, float y) {
            int column = box.column(x);
            return travel[column] <= 0 ? 1 : (height[column] - y) / travel[column];
        }
    }

    private Edge edge(MorphTarget blink, Box box) {
        float[] most = new float[COLUMNS];
        forEachLid(blink, box, (column, y, down) -> most[column] = Math.max(most[column], down));
        float[] height = new float[COLUMNS];
        float[] travel = new float[COLUMNS];
        forEachLid(blink, box, (column, y, down) -> {
            // The lower lid and the corners move down a little, too.
            boolean isEdge = down >= EDGE_TRAVEL * most[column];
            if (isEdge && (travel[column] == 0 || y - down < height[column] - travel[column])) {
                height[column] = y;
                travel[column] = down;
            }
        });
        return new Edge(box, height, travel);
    }

    private interface LidVertex {
        void accept(int column, float y, float down);
    }

    private void forEachLid(MorphTarget blink, Box box, LidVertex action) {
        for (int k = 0; k < blink.indices().length; k++) {
            int vertex = blink.indices()[k];
            float down = -blink.deltas()[3 * k + 1];
            float x = positions[3 * vertex];
            boolean isInFront = x >= box.low()[0] && x <= box.high()[0] && positions[3 * vertex + 2] > box.centre(2);
            if (isInFront && down > LEAST_LID_TRAVEL * box.size(1)) {
                action.accept(box.column(x), positions[3 * vertex + 1], down);
            }
        }
    }

    private record Box(float[] low, float[] high) {

        float size(int axis) {
            return high[axis] - low[axis];
        }

        float centre(int axis) {
            return (low[axis] + high[axis]) / 2;
        }

        int column(float x) {
            return Math.max(0, Math.min(COLUMNS - 1, (int) (COLUMNS * (x - low[0]) / Math.max(size(0), 1e-9f))));
        }
    }

    private Box box(int[] part) {
        float[] low = {Float.MAX_VALUE, Float.MAX_VALUE, Float.MAX_VALUE};
        float[] high = {-Float.MAX_VALUE, -Float.MAX_VALUE, -Float.MAX_VALUE};
        for (int vertex : part) {
            for (int axis = 0; axis < 3; axis++) {
                low[axis] = Math.min(low[axis], positions[3 * vertex + axis]);
                high[axis] = Math.max(high[axis], positions[3 * vertex + axis]);
            }
        }
        return new Box(low, high);
    }

    /** Vertices of the connected parts of the mesh but the largest, each ascending. */
    private static List<int[]> parts(int vertices, int[] triangles) {
        int[] parents = new int[vertices];
        for (int v = 0; v < vertices; v++) {
            parents[v] = v;
        }
        for (int k = 0; k < triangles.length; k += 3) {
            int root = root(parents, triangles[k]);
            parents[root(parents, triangles[k + 1])] = root;
            parents[root(parents, triangles[k + 2])] = root(parents, root);
        }
        Map<Integer, List<Integer>> byRoot = new HashMap<>();
        for (int v = 0; v < vertices; v++) {
            byRoot.computeIfAbsent(root(parents, v), r -> new ArrayList<>()).add(v);
        }
        List<int[]> found = new ArrayList<>();
        for (List<Integer> part : byRoot.values()) {
            // Single vertices are not part of a surface.
            if (part.size() > 2 && part.size() < vertices / 2) {
                found.add(part.stream().mapToInt(Integer::intValue).toArray());
            }
        }
        return found;
    }

    private static int root(int[] parents, int vertex) {
        int v = vertex;
        while (parents[v] != v) {
            parents[v] = parents[parents[v]];
            v = parents[v];
        }
        return v;
    }
}
