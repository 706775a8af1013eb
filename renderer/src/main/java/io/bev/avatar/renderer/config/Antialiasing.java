package io.bev.avatar.renderer.config;

/** Whether opacities are compensated for the dilation of thin Gaussians. */
public enum Antialiasing {
    /** As the model file declares. */
    AUTO,
    ON,
    OFF;

    /** @param declared by the model file */
    public boolean applies(boolean declared) {
        return this == AUTO ? declared : this == ON;
    }
}
