package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

class CudaBackendTest {

    @TempDir
    Path directory;

    private static CudaDevice device(int index, String capability, String cuda, @Nullable String driver) {
        return new CudaDevice(
                index,
                "GPU " + index,
                "GPU-ab00000" + index + "-0000-0000-0000-000000000000",
                "0000:0" + index + ":00.0",
                8L << 30,
                capability,
                cuda,
                Optional.ofNullable(driver));
    }

    @Test
    void oldDriverAndOldDevice_areReported() {
        assertThat(CudaBackend.unmetRequirement(device(0, "8.9", "12.0", "525.60.13")))
                .isEmpty();
        assertThat(CudaBackend.unmetRequirement(device(0, "7.5", "13.0", "580.65.06")))
                .isEmpty();
        assertThat(CudaBackend.unmetRequirement(device(0, "8.9", "12.4", null))).isEmpty();
        assertThat(CudaBackend.unmetRequirement(device(0, "8.9", "11.8", "520.61.05")))
                .contains("the NVIDIA driver is 520.61.05: expected 525.60 (CUDA 12.0) or newer; update it");
        assertThat(CudaBackend.unmetRequirement(device(0, "8.9", "11.8", "525.53")))
                .isPresent();
        assertThat(CudaBackend.unmetRequirement(device(0, "8.9", "11.8", null)))
                .hasValueSatisfying(m -> assertThat(m).contains("for CUDA 11.8"));
        assertThat(CudaBackend.unmetRequirement(device(0, "6.1", "12.6", "550.54.14")))
                .contains("GPU 0 has compute capability 6.1: expected 7.5 (Turing) or newer");
    }

    @Test
    void device_isChosenByNumberUuidOrPlace() {
        List<CudaDevice> devices =
                List.of(device(0, "8.9", "12.6", null), device(1, "8.9", "12.6", null), device(2, "8.9", "12.6", null));
        assertThat(CudaBackend.choose(devices, "1").index()).isEqualTo(1);
        assertThat(CudaBackend.choose(devices, "GPU-AB000002").index()).isEqualTo(2);
        assertThat(CudaBackend.choose(devices, "00000000:02:00.0").index()).isEqualTo(2);
        assertThat(CudaBackend.choose(devices, "01:00.0").index()).isEqualTo(1);
        assertThatThrownBy(() -> CudaBackend.choose(devices, "GPU-ab"))
                .hasMessageContaining("expected only one of 0 (GPU 0");
        assertThatThrownBy(() -> CudaBackend.choose(devices, "7"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gpu.device: found 7, expected one of 0 (GPU 0, GPU-ab000000")
                .hasMessageContaining("CUDA_VISIBLE_DEVICES");
    }

    /** If the driver rejects a cubin, the PTX is used; the failed context is closed. */
    @Test
    @ExtendWith(NeedsCompiler.class)
    void imageThatIsRejected_isReplacedByTheNext() {
        EmulatedDriver emulated = new EmulatedDriver(1);
        FaultInjectingDriver driver = new FaultInjectingDriver(emulated);
        CudaBackend backend = new CudaBackend(
                driver,
                device(0, "8.9", "12.6", "550.54.14"),
                new KernelCache(directory, major -> noCompiler()),
                0.25,
                1 << 20,
                Ticker.system());
        driver.fail("cuModuleLoadData", 222);

        assertThat(backend.budgetBytes()).isEqualTo(2L << 30);
        assertThatThrownBy(backend::open)
                .hasMessageContaining("cuModuleLoadData")
                .hasMessageContaining("(222)");
        assertThat(emulated.openContexts).isZero();
    }

    /** A damaged file must not permanently prevent the use of compiled kernels. */
    @Test
    void cachedImageThatIsRejected_isDeleted() throws IOException {
        Path kept = Files.writeString(directory.resolve("kernels.cubin"), "damaged");
        KernelCache images = new KernelCache(directory, major -> noCompiler());

        images.discard(new KernelCache.Image("NVRTC, cached", new byte[0], Optional.of(kept)));
        images.discard(images.forDevice(89, "12.4", "550.54.14").get(0));

        assertThat(kept).doesNotExist();
    }

    private static Nvrtc noCompiler() throws Nvrtc.CompileException {
        throw new Nvrtc.CompileException("NVRTC not found");
    }

    @Test
    void packagedPtx_isText() {
        assertThat(KernelCache.packaged())
                .hasValueSatisfying(
                        image -> assertThat(new String(image.image(), UTF_8)).contains(".version 7.8"));
    }
}
