package io.bev.avatar.renderer.stream;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.bev.avatar.splat.raster.Framebuffer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Encodes with libjpeg-turbo. One compressor handle, one native copy of the frame and one output buffer of the
 * worst-case size are reused for all frames; a call copies the frame once and allocates nothing. Owns {@link
 * #nativeBytes()} bytes in addition to the library's memory.
 */
public final class TurboJpegEncoder implements JpegEncoder {

    private final String library;
    private final int quality;
    private final long handle;
    /** In and out parameters of the compressor: address of the output buffer, then its length. */
    private final Memory parameters = new Memory(2L * Long.BYTES);

    private Memory pixels = new Memory(1);
    private Memory jpeg = new Memory(1);
    private ByteBuffer jpegView = jpeg.getByteBuffer(0, 1);
    private int width;
    private int height;
    private boolean closed;

    private TurboJpegEncoder(String library, int quality, long handle) {
        this.library = library;
        this.quality = quality;
        this.handle = handle;
    }

    /**
     * Opens a compressor.
     *
     * @param quality 1..100
     * @param libraries names to try, in order
     * @return empty if none of them is installed
     * @throws IllegalStateException when the library is installed but cannot be initialised
     */
    static Optional<JpegEncoder> open(int quality, List<String> libraries) {
        return TurboJpeg.bind(libraries).map(library -> {
            long handle = TurboJpeg.tjInitCompress();
            if (handle == 0) {
                throw new IllegalStateException(
                        library + ": compressor initialisation failed: " + TurboJpeg.tjGetErrorStr2(0));
            }
            return new TurboJpegEncoder(library, quality, handle);
        });
    }

    @Override
    public ByteBuffer encode(Framebuffer frame) {
        if (closed) {
            throw new IllegalStateException("encoder is closed");
        }
        if (frame.width != width || frame.height != height) {
            resize(frame.width, frame.height);
        }
        pixels.write(0, frame.bgr, 0, frame.bgr.length);
        parameters.setLong(0, Pointer.nativeValue(jpeg));
        parameters.setLong(Long.BYTES, jpeg.size());
        int failed = TurboJpeg.tjCompress2(
                handle,
                Pointer.nativeValue(pixels),
                width,
                width * 3,
                height,
                TurboJpeg.TJPF_BGR,
                Pointer.nativeValue(parameters),
                Pointer.nativeValue(parameters) + Long.BYTES,
                TurboJpeg.TJSAMP_420,
                quality,
                TurboJpeg.TJFLAG_NOREALLOC);
        if (failed != 0) {
            throw new IllegalStateException(
                    library + ": cannot encode " + width + "x" + height + ": " + TurboJpeg.tjGetErrorStr2(handle));
        }
        return jpegView.position(0).limit((int) parameters.getLong(Long.BYTES));
    }

    @Override
    public String name() {
        return library;
    }

    /** Native memory for frame and output. */
    long nativeBytes() {
        return closed ? 0 : pixels.size() + jpeg.size() + parameters.size();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            TurboJpeg.tjDestroy(handle);
            pixels.close();
            jpeg.close();
            parameters.close();
        }
    }

    private void resize(int newWidth, int newHeight) {
        long worstCase = TurboJpeg.tjBufSize(newWidth, newHeight, TurboJpeg.TJSAMP_420);
        if (worstCase < 1 || worstCase > Integer.MAX_VALUE) {
            throw new IllegalStateException(newWidth + "x" + newHeight + ": too large for a JPEG");
        }
        pixels.close();
        jpeg.close();
        pixels = new Memory(3L * newWidth * newHeight);
        jpeg = new Memory(worstCase);
        jpegView = jpeg.getByteBuffer(0, worstCase);
        width = newWidth;
        height = newHeight;
    }
}
