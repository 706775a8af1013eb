package io.bev.avatar.splat.scene.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.splat.scene.Affine;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.MorphTarget;
import io.bev.avatar.splat.scene.Rig;
import io.bev.avatar.splat.scene.Skeleton;
import io.bev.avatar.splat.scene.Skeleton.Joint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the skinned, morphable mesh of a LAM bundle: vertices, blendshapes, joints and skin weights. */
final class GlbRigReader {

    /** Largest allowed difference between the pose at rest and the bind pose. */
    private static final double MAX_REST_DEVIATION = 1e-3;

    private final Glb glb;
    private final JsonNode mesh;
    private final JsonNode primitive;
    private final int meshIndex;
    private final int vertexCount;

    GlbRigReader(Glb glb, int vertexCount) throws AvatarFormatException {
        this.glb = glb;
        this.vertexCount = vertexCount;
        this.meshIndex = onlySkinnedMesh();
        this.mesh = glb.item("meshes", meshIndex);
        JsonNode primitives = mesh.path("primitives");
        if (primitives.size() != 1) {
            throw glb.bad("one primitive in meshes[" + meshIndex + "]", primitives.size() + "");
        }
        this.primitive = primitives.get(0);
    }

    private int onlySkinnedMesh() throws AvatarFormatException {
        List<Integer> meshes = new ArrayList<>();
        for (JsonNode node : glb.root().path("nodes")) {
            if (node.has("mesh") && node.has("skin")) {
                meshes.add(glb.index(node, "mesh", "node"));
            }
        }
        if (meshes.size() != 1) {
            throw glb.bad("one node with mesh and skin", meshes.size() + " of them");
        }
        return meshes.get(0);
    }

    /** Vertex positions, [vertexCount, 3]. */
    float[] positions() throws AvatarFormatException {
        return attribute("POSITION", "VEC3").floats();
    }

    private GltfAccessor attribute(String name, String type) throws AvatarFormatException {
        JsonNode attributes = primitive.path("attributes");
        return GltfAccessor.of(glb, glb.index(attributes, name, "attributes"), type, vertexCount);
    }

    /** The rig, in axes with the origin at {@code centre} of the file's axes. */
    Rig rig(double[] centre) throws AvatarFormatException {
        return new Rig(targets(), skeleton(centre));
    }

    private List<MorphTarget> targets() throws AvatarFormatException {
        JsonNode names = mesh.path("extras").path("targetNames");
        JsonNode targets = primitive.path("targets");
        if (!names.isArray() || names.size() != targets.size()) {
            throw glb.bad(
                    "extras.targetNames with a name for each of " + targets.size() + " targets",
                    names.isArray() ? names.size() + " names" : "none");
        }
        List<MorphTarget> read = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int t = 0; t < names.size(); t++) {
            String name = names.get(t).asText();
            if (ArkitBlendshapes.indexOf(name).isEmpty()) {
                continue;
            }
            if (!seen.add(name)) {
                throw glb.bad("each target name once", "'" + name + "' twice");
            }
            read.add(target(name, glb.index(targets.get(t), "POSITION", "targets[" + t + "]")));
        }
        if (read.isEmpty()) {
            throw glb.bad("targets named after ARKit blendshapes, such as jawOpen", "none among " + names.size());
        }
        read.addAll(ClosedEyes.targets(positions(), triangles(), read));
        return read;
    }

    /** Vertices of the triangles, [triangles, 3]; empty if the mesh has no indices. */
    private int[] triangles() throws AvatarFormatException {
        if (!primitive.has("indices")) {
            return new int[0];
        }
        int accessor = glb.index(primitive, "indices", "primitive");
        int count = glb.index(glb.item("accessors", accessor), "count", "accessors[" + accessor + "]");
        int[] vertices = GltfAccessor.of(glb, accessor, "SCALAR", count).unsigned();
        for (int vertex : vertices) {
            if (vertex >= vertexCount) {
                throw glb.bad("triangles of vertices below " + vertexCount, "vertex " + vertex);
            }
        }
        return Arrays.copyOf(vertices, count - count % 3);
    }

    private MorphTarget target(String name, int accessorIndex) throws AvatarFormatException {
        GltfAccessor accessor = GltfAccessor.of(glb, accessorIndex, "VEC3", vertexCount);
        if (accessor.isSparseOverZero()) {
            int[] indices = accessor.sparseIndices();
            return new MorphTarget(name, indices, accessor.sparseValues(indices.length));
        }
        float[] dense = accessor.floats();
        int[] indices = new int[vertexCount];
        float[] deltas = new float[dense.length];
        int n = 0;
        for (int i = 0; i < vertexCount; i++) {
            if (dense[3 * i] != 0 || dense[3 * i + 1] != 0 || dense[3 * i + 2] != 0) {
                System.arraycopy(dense, 3 * i, deltas, 3 * n, 3);
                indices[n++] = i;
            }
        }
        return new MorphTarget(name, Arrays.copyOf(indices, n), Arrays.copyOf(deltas, 3 * n));
    }

    private Skeleton skeleton(double[] centre) throws AvatarFormatException {
        JsonNode skin = glb.item("skins", skinIndex());
        int[] jointNodes = jointNodes(skin);
        int[] influenceJoints = attribute("JOINTS_0", "VEC4").unsigned();
        float[] weights = attribute("WEIGHTS_0", "VEC4").floats();
        normalizeWeights(influenceJoints, weights, jointNodes.length);
        float[] inverseBind = GltfAccessor.of(
                        glb, glb.index(skin, "inverseBindMatrices", "skin"), "MAT4", jointNodes.length)
                .floats();
        GltfNodes nodes = new GltfNodes(glb);
        int[] order = neededJoints(nodes, jointNodes, influenceJoints, weights);
        int[] position = new int[jointNodes.length];
        Arrays.fill(position, -1);
        double[] toCentre = Affine.translation(-centre[0], -centre[1], -centre[2]);
        double[] fromCentre = Affine.translation(centre[0], centre[1], centre[2]);
        List<Joint> joints = new ArrayList<>();
        for (int joint : order) {
            int parent = parentJoint(nodes, jointNodes, joint);
            double[] global = nodes.global(jointNodes[joint]);
            double[] bind = Affine.ofColumns(inverseBind, 16 * joint);
            checkRest(nodes.name(jointNodes[joint]), Affine.multiply(global, bind));
            double[] outer = parent < 0 ? toCentre : Affine.inverse(nodes.global(jointNodes[parent]));
            position[joint] = joints.size();
            joints.add(new Joint(
                    nodes.name(jointNodes[joint]),
                    parent < 0 ? -1 : position[parent],
                    Affine.toFloats(Affine.multiply(outer, global)),
                    Affine.toFloats(Affine.multiply(bind, fromCentre))));
        }
        for (int i = 0; i < influenceJoints.length; i++) {
            influenceJoints[i] = Math.max(0, position[influenceJoints[i]]);
        }
        return new Skeleton(joints, influenceJoints, weights);
    }

    private int skinIndex() throws AvatarFormatException {
        for (JsonNode node : glb.root().path("nodes")) {
            if (node.path("mesh").asInt(-1) == meshIndex && node.has("skin")) {
                return glb.index(node, "skin", "node");
            }
        }
        throw glb.bad("a skin", "none");
    }

    private int[] jointNodes(JsonNode skin) throws AvatarFormatException {
        JsonNode joints = skin.path("joints");
        int[] nodes = new int[joints.size()];
        int nodeCount = glb.root().path("nodes").size();
        Set<Integer> seen = new HashSet<>();
        for (int j = 0; j < nodes.length; j++) {
            nodes[j] = joints.get(j).asInt(-1);
            if (nodes[j] < 0 || nodes[j] >= nodeCount || !seen.add(nodes[j])) {
                throw glb.bad(
                        "distinct node indices below " + nodeCount + " as joints",
                        joints.get(j).toString());
            }
        }
        if (nodes.length == 0) {
            throw glb.bad("a skin with joints", "none");
        }
        return nodes;
    }

    private void normalizeWeights(int[] joints, float[] weights, int jointCount) throws AvatarFormatException {
        for (int v = 0; v < vertexCount; v++) {
            float sum = 0;
            for (int k = 4 * v; k < 4 * v + 4; k++) {
                if (weights[k] < 0 || joints[k] >= jointCount) {
                    throw glb.bad(
                            "weights >= 0 of joints below " + jointCount,
                            "weight " + weights[k] + " of joint " + joints[k] + " in vertex " + v);
                }
                sum += weights[k];
            }
            if (!(sum > 1e-6f)) {
                throw glb.bad("weights that sum to 1", "a sum of " + sum + " in vertex " + v);
            }
            for (int k = 4 * v; k < 4 * v + 4; k++) {
                weights[k] /= sum;
            }
        }
    }

    /** Joints that influence a vertex and their ancestors, parents first. */
    private int[] neededJoints(GltfNodes nodes, int[] jointNodes, int[] influenceJoints, float[] weights)
            throws AvatarFormatException {
        boolean[] needed = new boolean[jointNodes.length];
        for (int i = 0; i < weights.length; i++) {
            needed[influenceJoints[i]] |= weights[i] > 0;
        }
        int[] depth = new int[jointNodes.length];
        for (int j = 0; j < needed.length; j++) {
            for (int up = parentJoint(nodes, jointNodes, j); up >= 0; up = parentJoint(nodes, jointNodes, up)) {
                needed[up] |= needed[j];
                depth[j]++;
            }
        }
        List<Integer> order = new ArrayList<>();
        for (int j = 0; j < needed.length; j++) {
            if (needed[j]) {
                order.add(j);
            }
        }
        order.sort((a, b) -> Integer.compare(depth[a], depth[b]));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Index in the skin of the nearest ancestor joint; -1 for none. */
    private static int parentJoint(GltfNodes nodes, int[] jointNodes, int joint) {
        for (int node = nodes.parent(jointNodes[joint]); node >= 0; node = nodes.parent(node)) {
            for (int j = 0; j < jointNodes.length; j++) {
                if (jointNodes[j] == node) {
                    return j;
                }
            }
        }
        return -1;
    }

    private void checkRest(String name, double[] rest) throws AvatarFormatException {
        double deviation = Affine.distance(rest, Affine.identity());
        if (!(deviation <= MAX_REST_DEVIATION)) {
            throw glb.bad(
                    "joints at rest in the skin's bind pose", "joint " + name + " off by " + deviation + " at rest");
        }
    }
}
