package io.bev.avatar.renderer.cli;

import io.bev.avatar.splat.raster.Framebuffer;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Writes images as PNG. */
final class PngFile {

    private PngFile() {}

    static void write(Framebuffer frame, Path file) throws IOException {
        BufferedImage image = new BufferedImage(frame.width, frame.height, BufferedImage.TYPE_3BYTE_BGR);
        byte[] pixels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        System.arraycopy(frame.bgr, 0, pixels, 0, pixels.length);
        try (OutputStream out = Files.newOutputStream(file)) {
            if (!ImageIO.write(image, "png", out)) {
                throw new IOException("this Java runtime has no PNG writer");
            }
        }
    }
}
