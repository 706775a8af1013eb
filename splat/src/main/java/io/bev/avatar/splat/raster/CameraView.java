package io.bev.avatar.splat.raster;

/** One frame's camera in model space: the values that projection needs. Reused from frame to frame. */
public final class CameraView {

    /** Model to camera, [3, 4] row-major, rigid. */
    public final float[] modelToCamera = new float[12];
    /** Camera position in model space. */
    public float eyeX;

    public float eyeY;
    public float eyeZ;
    /** Focal length in pixels. */
    public float focal;
    /** Principal point minus half a pixel, so that the sample of pixel i is at i. */
    public float centreX;

    public float centreY;
    /** Largest |x/z| and |y/z| at which the Jacobian is taken. */
    public float limitX;

    public float limitY;
    public float near;
    public int width;
    public int height;
    public int tilesX;
    public int tilesY;

    /** Composes {@code camera} with a rigid {@code modelToWorld}, [3, 4] row-major. */
    public void set(Camera camera, float[] modelToWorld) {
        float[] v = camera.worldToCamera();
        float[] m = modelToCamera;
        for (int row = 0; row < 3; row++) {
            float a = v[4 * row];
            float b = v[4 * row + 1];
            float c = v[4 * row + 2];
            for (int column = 0; column < 4; column++) {
                m[4 * row + column] =
                        a * modelToWorld[column] + b * modelToWorld[4 + column] + c * modelToWorld[8 + column];
            }
            m[4 * row + 3] += v[4 * row + 3];
        }
        eyeX = -(m[0] * m[3] + m[4] * m[7] + m[8] * m[11]);
        eyeY = -(m[1] * m[3] + m[5] * m[7] + m[9] * m[11]);
        eyeZ = -(m[2] * m[3] + m[6] * m[7] + m[10] * m[11]);
        focal = camera.focal();
        centreX = camera.centreX() - 0.5f;
        centreY = camera.centreY() - 0.5f;
        width = camera.width();
        height = camera.height();
        limitX = SplatConstants.FRUSTUM_CLAMP * width / (2 * focal);
        limitY = SplatConstants.FRUSTUM_CLAMP * height / (2 * focal);
        near = camera.near();
        tilesX = (width + SplatConstants.TILE - 1) / SplatConstants.TILE;
        tilesY = (height + SplatConstants.TILE - 1) / SplatConstants.TILE;
    }
}
