package io.bev.avatar.renderer.bench;

import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.Framing;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.util.Optional;
import java.util.Random;

/**
 * A head-sized cloud of any number of Gaussians, the same on every machine: a thick egg-shaped shell that fills the
 * height of the image, its Gaussians flat along the surface, log-normal in size and mostly faint, as trained ones are.
 */
final class SyntheticCloud {

    private static final long SEED = 100_000;
    /** Median standard deviation when there are 100,000, in head heights; fewer are larger and cover as much. */
    private static final double SIZE_AT_100K = 0.004;

    private static final double FLATNESS = 0.2;

    private SyntheticCloud() {}

    static Avatar head(int count, int shDegree) {
        Random random = new Random(SEED);
        GaussianCloud cloud = new GaussianCloud(count, shDegree);
        double size = SIZE_AT_100K * Math.sqrt(100_000.0 / count);
        for (int i = 0; i < count; i++) {
            double[] n = direction(random);
            double radius = 0.5 - 0.1 * random.nextDouble() * random.nextDouble();
            cloud.x[i] = (float) (0.75 * radius * n[0]);
            cloud.y[i] = (float) (radius * n[1]);
            cloud.z[i] = (float) (0.85 * radius * n[2]);
            cloud.scaleX[i] = (float) (size * Math.exp(0.6 * random.nextGaussian()));
            cloud.scaleY[i] = (float) (size * Math.exp(0.6 * random.nextGaussian()));
            cloud.scaleZ[i] = (float) (FLATNESS * size * Math.exp(0.6 * random.nextGaussian()));
            turnFlat(cloud, i, n);
            double u = random.nextDouble();
            cloud.opacity[i] = (float) (0.005 + 0.99 * u * u);
            cloud.red[i] = (float) (0.5 + 0.4 * n[0]);
            cloud.green[i] = (float) (0.5 + 0.4 * n[1]);
            cloud.blue[i] = (float) (0.5 + 0.4 * n[2]);
        }
        for (int i = 0; i < cloud.sh.length; i++) {
            cloud.setHarmonic(i, (float) (0.05 * random.nextGaussian()));
        }
        Framing framing = new Framing(0, 0, 2.2f, 0, 0, 0, 0, 1, 0, 28, 0.01f);
        return new Avatar("synthetic", cloud, Optional.empty(), framing);
    }

    private static double[] direction(Random random) {
        double x = random.nextGaussian();
        double y = random.nextGaussian();
        double z = random.nextGaussian();
        double length = Math.sqrt(x * x + y * y + z * z);
        return new double[] {x / length, y / length, z / length};
    }

    /** The shortest turn from the z axis to the normal {@code n}. */
    private static void turnFlat(GaussianCloud cloud, int i, double[] n) {
        double w = 1 + n[2];
        double length = Math.sqrt(w * w + n[0] * n[0] + n[1] * n[1]);
        boolean opposite = length < 1e-6;
        cloud.rotationW[i] = opposite ? 0 : (float) (w / length);
        cloud.rotationX[i] = opposite ? 1 : (float) (-n[1] / length);
        cloud.rotationY[i] = opposite ? 0 : (float) (n[0] / length);
    }
}
