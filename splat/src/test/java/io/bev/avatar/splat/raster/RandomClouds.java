package io.bev.avatar.splat.raster;

import io.bev.avatar.splat.scene.GaussianCloud;
import java.util.Random;

/** Random clouds; the same seed gives the same cloud. */
public final class RandomClouds {

    private RandomClouds() {}

    /** Gaussians of every opacity within a cube of edge 2, of a mean size, each axis up to {@code stretch} times it. */
    public static GaussianCloud cube(long seed, int count, int shDegree, double size, double stretch) {
        Random random = new Random(seed);
        GaussianCloud cloud = new GaussianCloud(count, shDegree);
        for (int i = 0; i < count; i++) {
            cloud.x[i] = 2 * random.nextFloat() - 1;
            cloud.y[i] = 2 * random.nextFloat() - 1;
            cloud.z[i] = 2 * random.nextFloat() - 1;
            cloud.scaleX[i] = (float) (size * Math.pow(stretch, 2 * random.nextDouble() - 1));
            cloud.scaleY[i] = (float) (size * Math.pow(stretch, 2 * random.nextDouble() - 1));
            cloud.scaleZ[i] = (float) (size * Math.pow(stretch, 2 * random.nextDouble() - 1));
            setRotation(cloud, i, random);
            cloud.opacity[i] = (float) (0.001 + 0.998 * random.nextDouble());
            cloud.red[i] = random.nextFloat();
            cloud.green[i] = random.nextFloat();
            cloud.blue[i] = random.nextFloat();
        }
        for (int i = 0; i < cloud.sh.length; i++) {
            cloud.setHarmonic(i, (float) (0.2 * random.nextGaussian()));
        }
        return cloud;
    }

    private static void setRotation(GaussianCloud cloud, int i, Random random) {
        double w = random.nextGaussian();
        double x = random.nextGaussian();
        double y = random.nextGaussian();
        double z = random.nextGaussian();
        double length = Math.sqrt(w * w + x * x + y * y + z * z);
        cloud.rotationW[i] = (float) (w / length);
        cloud.rotationX[i] = (float) (x / length);
        cloud.rotationY[i] = (float) (y / length);
        cloud.rotationZ[i] = (float) (z / length);
    }
}
