package io.bev.avatar.splat.pose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.Framing;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StaticPoserTest {

    @Test
    void pose_turn_rotatesTheWholeAboutItsCentre() {
        GaussianCloud cloud = new GaussianCloud(1, 0);
        cloud.x[0] = 3;
        Framing framing = new Framing(1, 2, 3, 1, 2, 13, 0, -1, 0, 40, 0.2f);
        PosedGaussians out = new PosedGaussians(cloud);
        ExpressionFrame expression = new ExpressionFrame();
        expression.headYaw = (float) Math.PI / 2;

        Posers.of(new Avatar("a.ply", cloud, Optional.empty(), framing)).pose(expression, out);

        assertThat(transform(out.modelToWorld, 1, 2, 13)).containsExactly(new float[] {1, 2, 13}, within(1e-5f));
        // What faced the camera at -z now faces +x, the left of one who faces the camera with -y up.
        assertThat(transform(out.modelToWorld, 1, 2, 12)).containsExactly(new float[] {2, 2, 13}, within(1e-5f));
        assertThat(out.x[0]).isEqualTo(3);
    }

    private static float[] transform(float[] m, float x, float y, float z) {
        return new float[] {
            m[0] * x + m[1] * y + m[2] * z + m[3],
            m[4] * x + m[5] * y + m[6] * z + m[7],
            m[8] * x + m[9] * y + m[10] * z + m[11]
        };
    }
}
