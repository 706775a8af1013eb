package io.bev.avatar.splat.raster.cuda;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/** Binding of NVRTC's functions; each returns an nvrtcResult, 0 for success. */
final class NvrtcLibrary {

    static final int SUCCESS = 0;
    static final int INVALID_OPTION = 5;

    private final NativeLibrary library;

    /** @param name file name or path; UnsatisfiedLinkError if it cannot be loaded */
    NvrtcLibrary(String name) {
        library = NativeLibrary.getInstance(name);
    }

    String path() {
        return library.getFile() == null ? library.getName() : library.getFile().toString();
    }

    int version(IntByReference major, IntByReference minor) {
        return call("nvrtcVersion", major, minor);
    }

    int createProgram(PointerByReference program, String source, String name) {
        byte[] text = Native.toByteArray(source, "UTF-8");
        return call("nvrtcCreateProgram", program, text, name, 0, Pointer.NULL, Pointer.NULL);
    }

    int compileProgram(Pointer program, String[] options) {
        return call("nvrtcCompileProgram", program, options.length, options);
    }

    int getProgramLogSize(Pointer program, LongByReference bytes) {
        return call("nvrtcGetProgramLogSize", program, bytes);
    }

    int getProgramLog(Pointer program, byte[] log) {
        return call("nvrtcGetProgramLog", program, log);
    }

    int getCubinSize(Pointer program, LongByReference bytes) {
        return call("nvrtcGetCUBINSize", program, bytes);
    }

    int getCubin(Pointer program, byte[] cubin) {
        return call("nvrtcGetCUBIN", program, cubin);
    }

    int getPtxSize(Pointer program, LongByReference bytes) {
        return call("nvrtcGetPTXSize", program, bytes);
    }

    int getPtx(Pointer program, byte[] ptx) {
        return call("nvrtcGetPTX", program, ptx);
    }

    int destroyProgram(PointerByReference program) {
        return call("nvrtcDestroyProgram", program);
    }

    String errorString(int result) {
        return library.getFunction("nvrtcGetErrorString").invokeString(new Object[] {result}, false);
    }

    private int call(String function, @Nullable Object... arguments) {
        return library.getFunction(function).invokeInt(arguments);
    }
}
