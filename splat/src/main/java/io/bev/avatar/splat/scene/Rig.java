package io.bev.avatar.splat.scene;

import java.util.List;

/**
 * The rig of a cloud: {@code x = sum_j w_j M_j (x0 + sum_k b_k delta_k)}.
 *
 * @param targets blendshape displacements
 * @param skeleton joints and the weights that tie Gaussians to them
 */
public record Rig(List<MorphTarget> targets, Skeleton skeleton) {

    public Rig {
        targets = List.copyOf(targets);
    }
}
