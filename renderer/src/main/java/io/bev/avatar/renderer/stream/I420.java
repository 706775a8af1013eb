package io.bev.avatar.renderer.stream;

/**
 * Conversion to planar YCbCr with chroma of half the size in both directions: BT.601, limited range, 8 bit. Planes are Y
 * {@code [height, width]}, then Cb and Cr {@code [(height + 1) / 2, (width + 1) / 2]}, without gaps.
 */
final class I420 {

    private I420() {}

    /** Size of an image. */
    static int bytes(int width, int height) {
        return Math.addExact(
                Math.multiplyExact(width, height), 2 * Math.multiplyExact((width + 1) / 2, (height + 1) / 2));
    }

    /**
     * Converts an image. Chroma is that of the mean of two by two pixels; an odd last column or row counts twice.
     *
     * @param bgr {@code [height, width, 3]}, blue first
     * @param out {@link #bytes}
     */
    static void convert(byte[] bgr, int width, int height, byte[] out) {
        int chromaWidth = (width + 1) / 2;
        int cb = width * height;
        int cr = cb + chromaWidth * ((height + 1) / 2);
        for (int y = 0; y < height; y += 2) {
            int below = y + 1 < height ? width : 0;
            int row = y * width;
            for (int x = 0; x < width; x += 2) {
                int right = x + 1 < width ? 1 : 0;
                int p00 = row + x;
                int p10 = p00 + below;
                int i = 3 * p00;
                int j = i + 3 * right;
                int k = 3 * p10;
                int l = k + 3 * right;
                int b0 = bgr[i] & 0xff;
                int g0 = bgr[i + 1] & 0xff;
                int r0 = bgr[i + 2] & 0xff;
                int b1 = bgr[j] & 0xff;
                int g1 = bgr[j + 1] & 0xff;
                int r1 = bgr[j + 2] & 0xff;
                int b2 = bgr[k] & 0xff;
                int g2 = bgr[k + 1] & 0xff;
                int r2 = bgr[k + 2] & 0xff;
                int b3 = bgr[l] & 0xff;
                int g3 = bgr[l + 1] & 0xff;
                int r3 = bgr[l + 2] & 0xff;
                out[p00 + right] = luma(r1, g1, b1);
                out[p00] = luma(r0, g0, b0);
                out[p10 + right] = luma(r3, g3, b3);
                out[p10] = luma(r2, g2, b2);
                int r = r0 + r1 + r2 + r3;
                int g = g0 + g1 + g2 + g3;
                int b = b0 + b1 + b2 + b3;
                int chroma = (y / 2) * chromaWidth + x / 2;
                // 2^18 times the coefficient of a mean of four, 128 and one half.
                out[cb + chroma] = (byte) ((-9_714 * r - 19_070 * g + 28_784 * b + (128 << 18) + (1 << 17)) >> 18);
                out[cr + chroma] = (byte) ((28_784 * r - 24_103 * g - 4_681 * b + (128 << 18) + (1 << 17)) >> 18);
            }
        }
    }

    /** 16..235. */
    private static byte luma(int r, int g, int b) {
        return (byte) ((16_829 * r + 33_039 * g + 6_416 * b + (16 << 16) + (1 << 15)) >> 16);
    }
}
