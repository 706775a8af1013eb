package io.bev.avatar.renderer.stream;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.util.List;
import java.util.Optional;

/**
 * JNA direct mapping of the TurboJPEG 2 API of libjpeg-turbo, limited to encoding. Names and constants are the
 * library's. Pointers and {@code unsigned long} are Java longs: 64-bit Unix only.
 */
final class TurboJpeg {

    /** The file of package {@code libturbojpeg0}, then the default name resolved by the linker. */
    static final List<String> LIBRARIES = List.of("libturbojpeg.so.0", "turbojpeg");

    static final int TJPF_BGR = 1;
    static final int TJSAMP_420 = 2;
    static final int TJFLAG_NOREALLOC = 1024;

    private TurboJpeg() {}

    /**
     * Binds this class to the first library found.
     *
     * @return its name; empty if none is found
     */
    static Optional<String> bind(List<String> libraries) {
        if (Native.POINTER_SIZE != Long.BYTES || Native.LONG_SIZE != Long.BYTES) {
            return Optional.empty();
        }
        return libraries.stream().filter(TurboJpeg::bindTo).findFirst();
    }

    private static boolean bindTo(String library) {
        try {
            Native.register(TurboJpeg.class, NativeLibrary.getInstance(library));
            return true;
        } catch (UnsatisfiedLinkError absent) {
            return false;
        }
    }

    static native long tjInitCompress();

    static native long tjBufSize(int width, int height, int jpegSubsamp);

    static native int tjCompress2(
            long handle,
            long srcBuf,
            int width,
            int pitch,
            int height,
            int pixelFormat,
            long jpegBuf,
            long jpegSize,
            int jpegSubsamp,
            int jpegQual,
            int flags);

    static native String tjGetErrorStr2(long handle);

    static native int tjDestroy(long handle);
}
