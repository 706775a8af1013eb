package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.NearestName;
import io.bev.avatar.splat.scene.ArkitBlendshapes;

/** Blendshape names and weights as written on a command line. */
final class Weights {

    private Weights() {}

    /**
     * Position of {@code name} among the {@link ArkitBlendshapes}.
     *
     * @throws IllegalArgumentException naming the closest one
     */
    static int indexOf(String name) {
        return ArkitBlendshapes.indexOf(name)
                .orElseThrow(() -> new IllegalArgumentException("unknown blendshape '" + name + "': did you mean "
                        + NearestName.of(name, ArkitBlendshapes.NAMES).orElseThrow() + "?"));
    }

    /** @throws IllegalArgumentException unless {@code weight} is 0..1 */
    static float checked(String name, float weight) {
        if (!(weight >= 0 && weight <= 1)) {
            throw new IllegalArgumentException("blendshape " + name + "=" + weight + ": expected a weight from 0 to 1");
        }
        return weight;
    }
}
