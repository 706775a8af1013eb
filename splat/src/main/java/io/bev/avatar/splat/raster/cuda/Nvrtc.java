package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** NVIDIA's run-time compiler (NVRTC) of this machine. */
public final class Nvrtc {

    /** Compiler options of every image. Denormals are flushed to 0, so that exp2 is one instruction. */
    static final List<String> OPTIONS = List.of("--std=c++17", "-ftz=true");

    /** Library names, newest first; all of CUDA 11 from 11.2 on use the name of 11.2. */
    static final List<String> NAMES = List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so");

    /** Directories of toolkits that are not in the linker's cache. */
    private static final List<Path> DIRECTORIES =
            List.of(Path.of("/usr/local/cuda/lib64"), Path.of("/usr/local/cuda/lib"), Path.of("/opt/cuda/lib64"));

    private final NvrtcLibrary library;

    private Nvrtc(NvrtcLibrary library) {
        this.library = library;
    }

    /** No compiler was found, or compilation failed; the message contains the remedy. */
    public static final class CompileException extends Exception {
        private static final long serialVersionUID = 1L;

        CompileException(String message) {
            super(message);
        }
    }

    /**
     * The first library of the known names in {@code directories}, the linker's and the toolkits' directories that loads
     * and whose machine code the driver supports: any CUDA of the driver's major version or older.
     *
     * @param driverMajor CUDA major version that the driver supports
     * @throws CompileException if there is none
     */
    public static Nvrtc find(List<Path> directories, int driverMajor) throws CompileException {
        List<String> problems = new ArrayList<>();
        for (String candidate : candidates(directories)) {
            try {
                Nvrtc found = new Nvrtc(new NvrtcLibrary(candidate));
                if (found.major() <= driverMajor) {
                    return found;
                }
                problems.add(candidate + " (" + found.version() + ", newer than the driver)");
            } catch (UnsatisfiedLinkError e) {
                problems.add(candidate);
            }
        }
        throw new CompileException("NVRTC for a driver of CUDA " + driverMajor + " not found, tried "
                + String.join(", ", problems) + "; install libnvrtc of CUDA 11.2 to " + driverMajor
                + ", or use the packaged PTX");
    }

    private static List<String> candidates(List<Path> directories) {
        List<String> all = new ArrayList<>();
        List<Path> first = new ArrayList<>(directories);
        for (Path directory : first) {
            for (String name : NAMES) {
                if (Files.exists(directory.resolve(name))) {
                    all.add(directory.resolve(name).toString());
                }
            }
        }
        all.addAll(NAMES);
        for (Path directory : DIRECTORIES) {
            for (String name : NAMES) {
                if (Files.exists(directory.resolve(name))) {
                    all.add(directory.resolve(name).toString());
                }
            }
        }
        return all;
    }

    /** Such as {@code 12.6}. */
    public String version() throws CompileException {
        IntByReference minor = new IntByReference();
        return major(minor) + "." + minor.getValue();
    }

    private int major() throws CompileException {
        return major(new IntByReference());
    }

    private int major(IntByReference minor) throws CompileException {
        IntByReference major = new IntByReference();
        check("nvrtcVersion", library.version(major, minor));
        return major.getValue();
    }

    public String path() {
        return library.path();
    }

    /**
     * Machine code for devices of one compute capability.
     *
     * @param capability such as 89 for 8.9; empty if this compiler does not support it
     */
    public Optional<byte[]> cubin(String source, int capability) throws CompileException {
        return compile(source, "--gpu-architecture=sm_" + capability, true);
    }

    /** PTX text for devices of a compute capability or newer, zero-terminated. */
    public byte[] ptx(String source, int capability) throws CompileException {
        return compile(source, "--gpu-architecture=compute_" + capability, false)
                .orElseThrow(() -> new CompileException("NVRTC does not know compute_" + capability));
    }

    private Optional<byte[]> compile(String source, String architecture, boolean machineCode) throws CompileException {
        PointerByReference program = new PointerByReference();
        check("nvrtcCreateProgram", library.createProgram(program, source, "kernels.cu"));
        try {
            List<String> options = new ArrayList<>(OPTIONS);
            options.add(architecture);
            int result = library.compileProgram(program.getValue(), options.toArray(String[]::new));
            if (result == NvrtcLibrary.INVALID_OPTION) {
                return Optional.empty();
            }
            if (result != NvrtcLibrary.SUCCESS) {
                throw new CompileException("NVRTC cannot compile the kernels for " + architecture + ": "
                        + library.errorString(result) + "\n" + log(program.getValue()));
            }
            return Optional.of(machineCode ? cubin(program.getValue()) : ptx(program.getValue()));
        } finally {
            library.destroyProgram(program);
        }
    }

    private byte[] cubin(Pointer program) throws CompileException {
        LongByReference bytes = new LongByReference();
        check("nvrtcGetCUBINSize", library.getCubinSize(program, bytes));
        byte[] image = new byte[Math.toIntExact(bytes.getValue())];
        check("nvrtcGetCUBIN", library.getCubin(program, image));
        return image;
    }

    private byte[] ptx(Pointer program) throws CompileException {
        LongByReference bytes = new LongByReference();
        check("nvrtcGetPTXSize", library.getPtxSize(program, bytes));
        byte[] image = new byte[Math.toIntExact(bytes.getValue())];
        check("nvrtcGetPTX", library.getPtx(program, image));
        return image;
    }

    private String log(Pointer program) throws CompileException {
        LongByReference bytes = new LongByReference();
        check("nvrtcGetProgramLogSize", library.getProgramLogSize(program, bytes));
        byte[] text = new byte[Math.toIntExact(bytes.getValue())];
        check("nvrtcGetProgramLog", library.getProgramLog(program, text));
        return new String(text, UTF_8).replace("\0", "").strip();
    }

    private void check(String function, int result) throws CompileException {
        if (result != NvrtcLibrary.SUCCESS) {
            throw new CompileException(function + ": " + library.errorString(result));
        }
    }
}
