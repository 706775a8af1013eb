package io.bev.avatar.renderer.stream;

import io.bev.avatar.splat.raster.Framebuffer;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.jspecify.annotations.Nullable;

/**
 * Encodes with the JDK's codec, which is always available and takes about four times as long as libjpeg-turbo.
 * Writer, output and image wrapper are reused; the codec itself allocates about one copy of each frame.
 */
public final class ImageIoJpegEncoder implements JpegEncoder {

    private static final int[] BGR_BAND_OFFSETS = {2, 1, 0};

    private final ColorModel colours = new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, ColorModel.OPAQUE, DataBuffer.TYPE_BYTE);
    private final GrowingImageOutput output = new GrowingImageOutput();
    private final ImageWriter writer;
    private final ImageWriteParam parameters;
    private @Nullable Framebuffer wrapped;
    private @Nullable IIOImage image;
    private boolean closed;

    /** @param quality 1..100 */
    public ImageIoJpegEncoder(int quality) {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
        if (!writers.hasNext()) {
            throw new IllegalStateException("the JDK has no JPEG writer: use one with the java.desktop module");
        }
        writer = writers.next();
        parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(quality / 100f);
        writer.setOutput(output);
    }

    @Override
    public ByteBuffer encode(Framebuffer frame) {
        if (closed) {
            throw new IllegalStateException("encoder is closed");
        }
        output.rewind();
        try {
            writer.write(null, wrap(frame), parameters);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "ImageIO: cannot encode " + frame.width + "x" + frame.height + ": " + e.getMessage(), e);
        }
        return output.written();
    }

    @Override
    public String name() {
        return "ImageIO";
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            writer.dispose();
        }
    }

    private IIOImage wrap(Framebuffer frame) {
        IIOImage known = image;
        if (known != null && frame == wrapped) {
            return known;
        }
        DataBufferByte bytes = new DataBufferByte(frame.bgr, frame.bgr.length);
        var raster = Raster.createInterleavedRaster(
                bytes, frame.width, frame.height, frame.width * 3, 3, BGR_BAND_OFFSETS, null);
        IIOImage made = new IIOImage(new BufferedImage(colours, raster, false, null), null, null);
        wrapped = frame;
        image = made;
        return made;
    }
}
