package io.bev.avatar.renderer.cli;

import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.Framing;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.MorphTarget;
import io.bev.avatar.splat.scene.Rig;
import io.bev.avatar.splat.scene.Skeleton;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One white ball at the origin, which jawOpen moves to the right by half a unit. */
final class TestAvatars {

    private static final int JAW = ArkitBlendshapes.NAMES.indexOf("jawOpen");

    private TestAvatars() {}

    static Avatar load(Optional<Path> model) throws IOException {
        if (model.isPresent()) {
            throw new NoSuchFileException(model.get() + ": no such file");
        }
        GaussianCloud cloud = new GaussianCloud(1, 0);
        cloud.scaleX[0] = 0.05f;
        cloud.scaleY[0] = 0.05f;
        cloud.scaleZ[0] = 0.05f;
        cloud.rotationW[0] = 1;
        cloud.opacity[0] = 0.9f;
        cloud.red[0] = 1;
        cloud.green[0] = 1;
        cloud.blue[0] = 1;
        Rig rig = new Rig(
                List.of(new MorphTarget("jawOpen", new int[] {0}, new float[] {0.5f, 0, 0})),
                new Skeleton(List.of(), new int[0], new float[0]));
        return new Avatar("test ball", cloud, Optional.of(rig), new Framing(0, 0, 2, 0, 0, 0, 0, 1, 0, 40, 0.01f));
    }

    static Poser poser(Avatar avatar) {
        return new Poser() {
            @Override
            public void pose(ExpressionFrame expression, PosedGaussians out) {
                out.x[0] = 0.5f * expression.weights[JAW];
            }
        };
    }
}
