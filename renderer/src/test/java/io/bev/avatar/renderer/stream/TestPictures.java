package io.bev.avatar.renderer.stream;

import io.bev.avatar.splat.raster.Framebuffer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Random;
import javax.imageio.ImageIO;

/** Test images and quality metrics. */
final class TestPictures {

    private TestPictures() {}

    /** Smooth colours that differ in each channel, as in a rendered frame. */
    static Framebuffer smooth(int width, int height) {
        Framebuffer image = new Framebuffer(width, height, 0, 0, 0);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = 3 * (y * width + x);
                image.bgr[at] = (byte) (40 + 60 * y / height);
                image.bgr[at + 1] = (byte) (128 + 100 * Math.sin(x * 0.05));
                image.bgr[at + 2] = (byte) (200 - 120 * x / width);
            }
        }
        return image;
    }

    /** Noise, which gives the largest JPEG. */
    static Framebuffer noise(int width, int height) {
        Framebuffer image = new Framebuffer(width, height, 0, 0, 0);
        new Random(7).nextBytes(image.bgr);
        return image;
    }

    static byte[] copy(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    static BufferedImage decode(byte[] jpeg) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
            if (image == null) {
                throw new IOException("not an image: " + jpeg.length + " bytes");
            }
            return image;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Peak signal-to-noise ratio over all channels, decibels. */
    static double psnr(Framebuffer expected, BufferedImage actual) {
        double squares = 0;
        for (int y = 0; y < expected.height; y++) {
            for (int x = 0; x < expected.width; x++) {
                int at = 3 * (y * expected.width + x);
                int rgb = actual.getRGB(x, y);
                for (int channel = 0; channel < 3; channel++) {
                    int difference = (expected.bgr[at + channel] & 0xff) - ((rgb >> (8 * channel)) & 0xff);
                    squares += difference * difference;
                }
            }
        }
        return 10 * Math.log10(255.0 * 255.0 * expected.bgr.length / squares);
    }
}
