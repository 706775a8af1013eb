package io.bev.avatar.splat.scene;

/**
 * One blendshape: the displacement of each Gaussian it touches at weight 1, in the cloud's units.
 *
 * @param name an ARKit name, see {@link ArkitBlendshapes}
 * @param indices Gaussians touched, ascending, [n]
 * @param deltas displacements, [n, 3] xyz
 */
public record MorphTarget(String name, int[] indices, float[] deltas) {

    public MorphTarget {
        if (deltas.length != 3 * indices.length) {
            throw new IllegalArgumentException(
                    name + ": " + deltas.length + " delta values for " + indices.length + " indices, expected 3 each");
        }
    }
}
