package io.bev.avatar.renderer.stream;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.bev.avatar.splat.raster.Framebuffer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Encodes VP8 with libvpx, at constant quality, on the calling thread. Colours are BT.601, limited range, as the format
 * assumes. Owns the native memory of one frame and, in the library, of the reference frames.
 */
final class Vp8Encoder implements VideoEncoder {

    /** 0..63, lower is better: about the quality of {@code stream.jpeg-quality: 85}, see ADR 31. */
    private static final int QUANTIZER = 10;

    /** Speed: of -16..-1, faster ones save little time and cost bytes. */
    private static final int CPU_USED = -6;

    /** Blocks that differ less from the last frame are not encoded: half the time. */
    private static final int STATIC_THRESHOLD = 1;

    /** Kilobits per second, above what the quantizer produces, so that it never changes. */
    private static final int TARGET_BITRATE = 100_000;

    private final Vpx.Library library;
    private final Memory context = new Memory(Vpx.CONTEXT_BYTES);
    private final Memory image = new Memory(Vpx.IMAGE_BYTES);
    private final Memory iterator = new Memory(Long.BYTES);
    private Memory pixels = new Memory(1);
    private byte[] planes = new byte[0];
    private int width;
    private int height;
    private long number;
    private boolean wasKey;
    private boolean initialised;
    private boolean closed;

    private Vp8Encoder(Vpx.Library library) {
        this.library = library;
    }

    /**
     * Opens an encoder; the first frame determines its size.
     *
     * @param libraries to try, in order
     * @throws IllegalStateException with the remedy, if none of them is installed or usable
     */
    static Vp8Encoder open(List<Vpx.Library> libraries) {
        Vpx.Library library = Vpx.bind(libraries)
                .orElseThrow(() -> new IllegalStateException(
                        libraries.stream().map(Vpx.Library::name).collect(Collectors.joining(", "))
                                + ": not found; install the package libvpx9 (Debian 13) or libvpx7 (Debian 12) on the"
                                + " renderer's host"));
        Vp8Encoder encoder = new Vp8Encoder(library);
        try {
            encoder.resize(16, 16);
        } catch (IllegalStateException e) {
            encoder.close();
            throw e;
        }
        return encoder;
    }

    @Override
    public ByteBuffer encode(Framebuffer frame, boolean key) {
        if (closed) {
            throw new IllegalStateException("encoder is closed");
        }
        boolean first = frame.width != width || frame.height != height || number == 0;
        if (frame.width != width || frame.height != height) {
            resize(frame.width, frame.height);
        }
        I420.convert(frame.bgr, width, height, planes);
        pixels.write(0, planes, 0, planes.length);
        check(
                Vpx.vpx_codec_encode(
                        address(context),
                        address(image),
                        number++,
                        1,
                        first || key ? Vpx.EFLAG_FORCE_KF : 0,
                        Vpx.DL_REALTIME),
                "cannot encode " + width + "x" + height);
        return packet();
    }

    @Override
    public boolean wasKey() {
        return wasKey;
    }

    @Override
    public String codec() {
        return "vp8";
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            destroy();
            pixels.close();
            image.close();
            iterator.close();
            context.close();
        }
    }

    /** The only packet of a frame: without lag each frame gives one. */
    private ByteBuffer packet() {
        iterator.setLong(0, 0);
        long packet = Vpx.vpx_codec_get_cx_data(address(context), address(iterator));
        while (packet != 0) {
            Pointer p = new Pointer(packet);
            if (p.getInt(Vpx.PACKET_KIND) == Vpx.CX_FRAME_PKT) {
                wasKey = (p.getInt(Vpx.PACKET_FLAGS) & Vpx.FRAME_IS_KEY) != 0;
                return p.getPointer(Vpx.PACKET_BUF).getByteBuffer(0, p.getLong(Vpx.PACKET_SZ));
            }
            packet = Vpx.vpx_codec_get_cx_data(address(context), address(iterator));
        }
        throw new IllegalStateException(library.name() + ": no output for a frame of " + width + "x" + height);
    }

    private void resize(int newWidth, int newHeight) {
        destroy();
        if (newWidth < 1 || newHeight < 1 || newWidth > 16_383 || newHeight > 16_383) {
            throw new IllegalStateException(newWidth + "x" + newHeight + ": VP8 has 1 to 16383 pixels per side");
        }
        long codec = Vpx.vpx_codec_vp8_cx();
        try (Memory config = new Memory(Vpx.CONFIG_BYTES)) {
            check(Vpx.vpx_codec_enc_config_default(codec, address(config), 0), "no default configuration");
            config.setInt(Vpx.G_THREADS, 1);
            config.setInt(Vpx.G_W, newWidth);
            config.setInt(Vpx.G_H, newHeight);
            config.setInt(Vpx.G_TIMEBASE_NUM, 1);
            config.setInt(Vpx.G_TIMEBASE_DEN, 30);
            config.setInt(Vpx.G_LAG_IN_FRAMES, 0);
            config.setInt(Vpx.RC_DROPFRAME_THRESH, 0);
            config.setInt(Vpx.RC_END_USAGE, Vpx.CBR);
            config.setInt(Vpx.RC_TARGET_BITRATE, TARGET_BITRATE);
            config.setInt(Vpx.RC_MIN_QUANTIZER, QUANTIZER);
            config.setInt(Vpx.RC_MAX_QUANTIZER, QUANTIZER);
            config.setInt(Vpx.KF_MODE, Vpx.KF_DISABLED);
            context.clear();
            int code = Vpx.vpx_codec_enc_init_ver(address(context), codec, address(config), 0, library.abiVersion());
            if (code == Vpx.ABI_MISMATCH) {
                throw new IllegalStateException(
                        library.name() + " " + Vpx.vpx_codec_version_str() + ": ABI version other than "
                                + library.abiVersion() + "; install libvpx 1.15 (Debian 13) or 1.12 (Debian 12)");
            }
            check(code, "cannot initialise for " + newWidth + "x" + newHeight);
        }
        initialised = true;
        set(Vpx.VP8E_SET_CPUUSED, CPU_USED);
        set(Vpx.VP8E_SET_STATIC_THRESHOLD, STATIC_THRESHOLD);
        planes = new byte[I420.bytes(newWidth, newHeight)];
        pixels.close();
        pixels = new Memory(planes.length);
        if (Vpx.vpx_img_wrap(address(image), Vpx.IMG_FMT_I420, newWidth, newHeight, 1, address(pixels)) == 0) {
            throw new IllegalStateException(
                    library.name() + ": cannot describe an image of " + newWidth + "x" + newHeight);
        }
        width = newWidth;
        height = newHeight;
        number = 0;
    }

    private void set(int control, int value) {
        check(
                Vpx.vpx_codec_control_(address(context), control, value),
                "cannot set control " + control + " to " + value);
    }

    private void destroy() {
        if (initialised) {
            initialised = false;
            width = 0;
            height = 0;
            Vpx.vpx_codec_destroy(address(context));
        }
    }

    private void check(int code, String what) {
        if (code != Vpx.OK) {
            String detail = initialised ? Vpx.vpx_codec_error_detail(address(context)) : null;
            throw new IllegalStateException(library.name() + ": " + what + ": " + Vpx.vpx_codec_err_to_string(code)
                    + (detail == null ? "" : ", " + detail));
        }
    }

    private static long address(Pointer pointer) {
        return Pointer.nativeValue(pointer);
    }
}
