package io.bev.avatar.splat.scene.io;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import io.bev.avatar.splat.scene.AvatarFormatException;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The pixels of a lossless WebP image.
 *
 * @param rgba [height][width][4] bytes; alpha is 255 if the image has none
 */
record WebpImage(int width, int height, byte[] rgba) {

    private static final int MAX_SIDE = 16_384;

    /** Byte {@code channel} (0 red, 3 alpha) of pixel {@code index} in reading order, 0..255. */
    int at(int index, int channel) {
        return rgba[4 * index + channel] & 0xFF;
    }

    /** @throws AvatarFormatException if it is no WebP image or damaged */
    static WebpImage read(ByteSource source) throws IOException {
        byte[] start = source.start(16);
        if (start.length < 16 || start[12] != 'V' || start[13] != 'P' || start[14] != '8' || start[15] == ' ') {
            throw bad(source, "other data or a lossy image", null);
        }
        ImageReader reader = new WebPImageReaderSpi().createReaderInstance();
        try (InputStream in = source.open(0);
                MemoryCacheImageInputStream stream = new MemoryCacheImageInputStream(in)) {
            reader.setInput(stream, true, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            if (width > MAX_SIDE || height > MAX_SIDE || 4L * width * height > Integer.MAX_VALUE) {
                throw bad(source, width + "x" + height + " pixels", null);
            }
            return of(reader.read(0).getRaster());
        } catch (AvatarFormatException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw bad(source, String.valueOf(e.getMessage()), e);
        } finally {
            reader.dispose();
        }
    }

    private static WebpImage of(Raster raster) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int bands = raster.getNumBands();
        byte[] rgba = new byte[4 * width * height];
        int[] row = new int[bands * width];
        int at = 0;
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 4; c++) {
                    rgba[at++] = (byte) (c < bands ? row[bands * x + c] : 255);
                }
            }
        }
        return new WebpImage(width, height, rgba);
    }

    private static AvatarFormatException bad(
            ByteSource source, String found, @org.jspecify.annotations.Nullable Throwable cause) {
        return new AvatarFormatException(
                source.name(),
                "a lossless WebP image of at most " + MAX_SIDE + " pixels per side",
                found,
                "the file is damaged: copy it again or export the avatar again",
                cause);
    }
}
