package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kernels' images. {@code -Davatar.nvrtc=DIRECTORY} selects a directory with libnvrtc; with that of CUDA 11.8,
 * {@code -Davatar.regenerate=true} regenerates the packaged PTX.
 */
class KernelCacheTest {

    private static final String SOURCE_MARK = "// source ";

    @TempDir
    Path directory;

    private static Nvrtc nvrtc() {
        String named = System.getProperty("avatar.nvrtc", "");
        try {
            return Nvrtc.find(named.isEmpty() ? List.of() : List.of(Path.of(named)), Integer.MAX_VALUE);
        } catch (Nvrtc.CompileException e) {
            Assumptions.abort("no NVRTC here: " + e.getMessage());
            throw new IllegalStateException(e);
        }
    }

    private static String sourceMark() {
        return SOURCE_MARK + KernelCache.key(KernelSource.program(), String.join(" ", Nvrtc.OPTIONS));
    }

    /** Its PTX version is supported by the oldest supported driver, 525.60 of CUDA 12.0: at most 8.0. */
    @Test
    void packagedPtx_isOfThisSource_andOldEnough() throws Exception {
        Path file = Path.of("src/main/resources" + KernelCache.PACKAGED);
        if (Boolean.getBoolean("avatar.regenerate")) {
            String ptx = new String(nvrtc().ptx(KernelSource.program(), KernelCache.MIN_CAPABILITY), UTF_8);
            Files.writeString(file, sourceMark() + "\n" + ptx.replace("\0", ""));
        }
        String ptx = Files.readString(file);
        assertThat(ptx.lines().findFirst())
                .as("the kernels changed: with libnvrtc of CUDA 11.8 in DIRECTORY, run this test with"
                        + " -Davatar.regenerate=true -Davatar.nvrtc=DIRECTORY")
                .contains(sourceMark());
        String version = ptx.lines()
                .filter(line -> line.startsWith(".version "))
                .findFirst()
                .orElseThrow();
        assertThat(Double.parseDouble(version.substring(9))).isLessThanOrEqualTo(8.0);
        assertThat(ptx).contains(".target sm_75");
        KernelSource.KERNELS.forEach(kernel -> assertThat(ptx).contains(".entry " + kernel + "("));
    }

    @Test
    void nvrtc_compiles_andTheResultIsCached() throws Exception {
        Nvrtc nvrtc = nvrtc();
        KernelCache images = new KernelCache(directory.resolve("native"), driver -> nvrtc);

        List<KernelCache.Image> fresh = images.forDevice(86, "12.4", "550.54.14");
        List<KernelCache.Image> again = images.forDevice(86, "12.4", "550.54.14");

        assertThat(fresh).hasSize(2);
        assertThat(fresh.get(0).origin()).isEqualTo("NVRTC " + nvrtc.version() + " for sm_86");
        assertThat(fresh.get(0).image()).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(again.get(0).origin()).endsWith(", cached");
        assertThat(again.get(0).image()).isEqualTo(fresh.get(0).image());
        images.forDevice(86, "13.0", "580.65.06");
        images.forDevice(80, "13.0", "580.65.06");
        try (Stream<Path> files = Files.list(directory.resolve("native"))) {
            assertThat(files).hasSize(3);
        }
    }

    @Test
    void nvrtc_reportsCompileErrors_andUnknownArchitectures() throws Exception {
        Nvrtc nvrtc = nvrtc();
        assertThatThrownBy(() -> nvrtc.cubin("#line 1 \"my.cu\"\nnonsense", 86))
                .isInstanceOf(Nvrtc.CompileException.class)
                .hasMessageContaining("sm_86")
                .hasMessageContaining("my.cu(1)");
        assertThat(nvrtc.cubin(KernelSource.program(), 33)).isEmpty();
    }

    @Test
    void withoutCompiler_thePackagedPtxIsUsed() {
        KernelCache images = new KernelCache(directory, driver -> {
            throw new Nvrtc.CompileException("NVRTC not found");
        });

        List<KernelCache.Image> found = images.forDevice(89, "12.0", "525.60.13");

        assertThat(found).hasSize(1);
        assertThat(found.get(0).origin()).isEqualTo("packaged PTX");
        assertThat(found.get(0).image()).endsWith(0);
    }

    @Test
    void unwritableDirectory_isTolerated() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        KernelCache images = new KernelCache(file.resolve("native"), driver -> nvrtc());

        assertThat(images.forDevice(86, "12.4", "550.54.14"))
                .extracting(KernelCache.Image::origin)
                .containsExactly("packaged PTX");
    }
}
