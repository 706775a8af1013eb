package io.bev.avatar.renderer.stream;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * JNA direct mapping of libvpx, limited to encoding VP8. Names, constants and offsets are those of {@code
 * vpx_encoder.h} and {@code vp8cx.h}, identical in the versions of {@link #LIBRARIES}; the library rejects a caller with
 * another ABI version. Pointers, {@code long} and {@code size_t} are Java longs: 64-bit Unix only.
 */
final class Vpx {

    /**
     * A shared library.
     *
     * @param name file name
     * @param abiVersion its {@code VPX_ENCODER_ABI_VERSION}
     */
    record Library(String name, int abiVersion) {}

    /** libvpx 1.15 (Debian 13) and 1.12 (Debian 12). */
    static final List<Library> LIBRARIES = List.of(new Library("libvpx.so.9", 36), new Library("libvpx.so.7", 25));

    static final int OK = 0;
    static final int ABI_MISMATCH = 3;

    /** Sizes of {@code vpx_codec_enc_cfg_t}, {@code vpx_codec_ctx_t} and {@code vpx_image_t}, bytes. */
    static final int CONFIG_BYTES = 504;

    static final int CONTEXT_BYTES = 56;
    static final int IMAGE_BYTES = 136;

    /** Offsets in {@code vpx_codec_enc_cfg_t}. */
    static final int G_THREADS = 4;

    static final int G_W = 12;
    static final int G_H = 16;
    static final int G_TIMEBASE_NUM = 28;
    static final int G_TIMEBASE_DEN = 32;
    static final int G_LAG_IN_FRAMES = 44;
    static final int RC_DROPFRAME_THRESH = 48;
    static final int RC_END_USAGE = 72;
    static final int RC_TARGET_BITRATE = 112;
    static final int RC_MIN_QUANTIZER = 116;
    static final int RC_MAX_QUANTIZER = 120;
    static final int KF_MODE = 160;

    /** Offsets in {@code vpx_codec_cx_pkt_t}. */
    static final int PACKET_KIND = 0;

    static final int PACKET_BUF = 8;
    static final int PACKET_SZ = 16;
    static final int PACKET_FLAGS = 40;

    static final int CX_FRAME_PKT = 0;
    static final int FRAME_IS_KEY = 1;
    static final int EFLAG_FORCE_KF = 1;
    static final int CBR = 1;
    static final int KF_DISABLED = 0;
    static final int DL_REALTIME = 1;
    static final int IMG_FMT_I420 = 0x102;
    static final int VP8E_SET_CPUUSED = 13;
    static final int VP8E_SET_STATIC_THRESHOLD = 17;

    private Vpx() {}

    /**
     * Binds this class to the first library found.
     *
     * @return empty if none is found
     */
    static Optional<Library> bind(List<Library> libraries) {
        if (Native.POINTER_SIZE != Long.BYTES || Native.LONG_SIZE != Long.BYTES) {
            return Optional.empty();
        }
        return libraries.stream().filter(library -> bindTo(library.name())).findFirst();
    }

    private static boolean bindTo(String library) {
        try {
            Native.register(Vpx.class, NativeLibrary.getInstance(library));
            return true;
        } catch (UnsatisfiedLinkError absent) {
            return false;
        }
    }

    static native String vpx_codec_version_str();

    static native long vpx_codec_vp8_cx();

    static native int vpx_codec_enc_config_default(long iface, long cfg, int usage);

    static native int vpx_codec_enc_init_ver(long ctx, long iface, long cfg, long flags, int ver);

    static native int vpx_codec_control_(long ctx, int ctrlId, int value);

    static native long vpx_img_wrap(long img, int fmt, int width, int height, int strideAlign, long imgData);

    static native int vpx_codec_encode(long ctx, long img, long pts, long duration, long flags, long deadline);

    static native long vpx_codec_get_cx_data(long ctx, long iter);

    static native String vpx_codec_err_to_string(int err);

    static native @Nullable String vpx_codec_error_detail(long ctx);

    static native int vpx_codec_destroy(long ctx);
}
