package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.NativeLibrary;
import io.bev.avatar.splat.raster.CameraView;
import io.bev.avatar.splat.raster.SplatConstants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTextTest {

    private static final Pattern KERNEL =
            Pattern.compile("extern \"C\" __global__ void (\\w+)\\(Frame f, Pass pass\\)");
    private static final Pattern POINTER = Pattern.compile("\\*\\s+\\w+;");
    private static final Pattern REPORT = Pattern.compile(
            "function '(\\w+)'.*?(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads"
                    + ".*?Used (\\d+) registers([^\n]*)",
            Pattern.DOTALL);
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    @Test
    void everyKernel_isListed_andEveryPointer_hasItsShape() {
        String program = KernelSource.program();
        TreeSet<String> found = new TreeSet<>();
        Matcher kernels = KERNEL.matcher(program);
        while (kernels.find()) {
            found.add(kernels.group(1));
        }
        assertThat(found).isEqualTo(new TreeSet<>(KernelSource.KERNELS));
        List<String> bare = KernelSource.read("frame.h")
                .lines()
                .filter(line -> POINTER.matcher(line).find())
                .filter(line -> !line.contains("// [") && !line.contains("depth_key1") && !line.contains("_value1"))
                .filter(line -> !line.contains("tile_key1"))
                .toList();
        assertThat(bare).isEmpty();
    }

    @Test
    void constants_areThoseOfTheRules() {
        String text = KernelConstants.text();
        assertThat(text).contains("#define TILE " + SplatConstants.TILE + "\n");
        KernelConstants.floats()
                .forEach((name, value) -> assertThat(text).contains("#define " + name + " " + hex(value) + "f\n"));
        assertThat(Float.parseFloat(hex(SplatConstants.MIN_ALPHA))).isEqualTo(SplatConstants.MIN_ALPHA);
    }

    private static String hex(float value) {
        return Float.toHexString(value);
    }

    /** The layout computed by the host equals that of the compiler. */
    @Test
    void structures_areLaidOutAsTheCompilerDoes() {
        NativeLibrary library =
                NativeLibrary.getInstance(EmulatedKernels.library().toString());
        assertThat(library.getFunction("emulation_frame_bytes").invokeLong(new Object[0]))
                .isEqualTo(Kernels.FRAME.bytes());
        assertThat(library.getFunction("emulation_view_bytes").invokeLong(new Object[0]))
                .isEqualTo(Kernels.VIEW.bytes())
                .isEqualTo(4L * (new CameraView().modelToCamera.length + 12));
    }

    @Test
    void structure_thatCannotBeRead_isRejected() {
        assertThatThrownBy(() -> StructLayout.parse("struct A { double x; };", "A"))
                .hasMessageContaining("field of type double");
        assertThatThrownBy(() -> StructLayout.parse("struct A { int x; };", "B"))
                .hasMessageContaining("struct B: not in the text");
        StructLayout layout = StructLayout.parse("struct A {\n int x; // one\n float* y; // [n]\n int z;\n};", "A");
        assertThat(layout.bytes()).isEqualTo(24);
        assertThat(layout.offset("y", 8)).isEqualTo(8);
        assertThatThrownBy(() -> layout.offset("x", 8)).hasMessageContaining("no field x of 8 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {75, 86, 89, 90})
    void nvcc_compilesEveryKernel_withoutSpills(int capability, @TempDir Path parent)
            throws IOException, InterruptedException {
        Path source = Files.writeString(parent.resolve("kernels.cu"), KernelSource.program());
        requireNoSpills("sm_" + capability, nvcc(parent, source, capability, "-std=c++17", "-ftz=true"));
    }

    /** The machine code that a driver generates from the PTX without NVRTC. */
    @ParameterizedTest
    @ValueSource(ints = {75, 89})
    void packagedPtx_isAssembledWithoutSpills(int capability, @TempDir Path parent)
            throws IOException, InterruptedException {
        Path source = Files.write(
                parent.resolve("kernels.ptx"),
                EmulatedKernels.resource(KernelCache.PACKAGED).getBytes(UTF_8));
        requireNoSpills("PTX sm_" + capability, nvcc(parent, source, capability));
    }

    /** The compiler's report; a warning is an error. */
    private static String nvcc(Path parent, Path source, int capability, String... options)
            throws IOException, InterruptedException {
        Assumptions.assumeTrue(EmulatedKernels.onPath("nvcc"), "nvcc is not on the PATH");
        List<String> command = new ArrayList<>(List.of("nvcc", "-cubin", "-Xptxas", "-v", "-arch=sm_" + capability));
        command.addAll(List.of("-Werror", "all-warnings", "-Wno-deprecated-gpu-targets"));
        command.addAll(List.of(options));
        command.addAll(List.of("-o", "kernels.cubin", source.toString()));
        Process process = new ProcessBuilder(command)
                .directory(parent.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static void requireNoSpills(String target, String output) {
        TreeSet<String> reported = new TreeSet<>();
        Matcher report = REPORT.matcher(output);
        while (report.find()) {
            Matcher shared = SHARED.matcher(report.group(6));
            System.out.printf(
                    "%s %-20s %3s registers, %5s bytes shared, %s bytes stack, %s + %s bytes spilled%n",
                    target,
                    report.group(1),
                    report.group(5),
                    shared.find() ? shared.group(1) : "0",
                    report.group(2),
                    report.group(3),
                    report.group(4));
            reported.add(report.group(1));
            // A stack frame is device memory, too: an array that did not fit into registers.
            assertThat(report.group(2) + report.group(3) + report.group(4))
                    .as(report.group(1))
                    .isEqualTo("000");
        }
        assertThat(reported).isEqualTo(new TreeSet<>(KernelSource.KERNELS));
    }
}
