package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.GaussianCloud;

/** The coefficients of a cloud as floats. */
final class Harmonics {

    private Harmonics() {}

    static float[] of(GaussianCloud cloud) {
        float[] values = new float[cloud.sh.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = cloud.harmonic(i);
        }
        return values;
    }
}
