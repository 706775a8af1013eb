package io.bev.avatar.splat.scene.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.splat.scene.Affine;
import io.bev.avatar.splat.scene.AvatarFormatException;
import java.util.Arrays;

/** The node tree of a glTF file: parents and transforms; validated to be free of cycles. */
final class GltfNodes {

    private final JsonNode nodes;
    private final int[] parents;

    GltfNodes(Glb glb) throws AvatarFormatException {
        this(glb.root().path("nodes"), glb::bad);
    }

    /** An error from what was expected and found. */
    interface Problem {
        AvatarFormatException of(String expected, String found);
    }

    GltfNodes(JsonNode nodes, Problem problem) throws AvatarFormatException {
        this.nodes = nodes;
        parents = new int[nodes.size()];
        Arrays.fill(parents, -1);
        for (int n = 0; n < parents.length; n++) {
            for (JsonNode child : nodes.get(n).path("children")) {
                int c = child.asInt(-1);
                if (c < 0 || c >= parents.length || parents[c] >= 0) {
                    throw problem.of("child nodes with a single parent in nodes[" + n + "]", child.toString());
                }
                parents[c] = n;
            }
        }
        for (int n = 0; n < parents.length; n++) {
            int steps = 0;
            for (int up = parents[n]; up >= 0; up = parents[up]) {
                if (++steps > parents.length) {
                    throw problem.of("a tree of nodes", "nodes[" + n + "] among its own ancestors");
                }
            }
        }
    }

    int parent(int node) {
        return parents[node];
    }

    String name(int node) {
        return nodes.get(node).path("name").asText("node " + node);
    }

    /** From the node's axes to the scene's. */
    double[] global(int node) {
        double[] transform = Affine.ofNode(nodes.get(node));
        for (int up = parents[node]; up >= 0; up = parents[up]) {
            transform = Affine.multiply(Affine.ofNode(nodes.get(up)), transform);
        }
        return transform;
    }
}
