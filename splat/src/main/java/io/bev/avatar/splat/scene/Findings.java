package io.bev.avatar.splat.scene;

import java.util.List;

/**
 * What the reader of a model reports besides the cloud.
 *
 * @param invalidGaussians number of Gaussians with invalid values, which are not rendered
 * @param notes one line each: features of the file that are ignored or converted
 */
public record Findings(int invalidGaussians, List<String> notes) {

    public static final Findings NONE = new Findings(0, List.of());

    public Findings {
        notes = List.copyOf(notes);
    }
}
