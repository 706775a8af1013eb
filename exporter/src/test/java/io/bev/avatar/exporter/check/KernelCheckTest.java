package io.bev.avatar.exporter.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.exporter.check.cuda.jna.JnaCuda;
import io.bev.avatar.exporter.report.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the real binding with a simulated driver. */
class KernelCheckTest {

    @TempDir
    Path directory;

    private Path driver(String kind) throws Exception {
        assumeTrue(Installation.find("gcc").isPresent(), "needs gcc to build the simulated CUDA driver");
        Path library = directory.resolve("libcuda-" + kind + ".so.1");
        Process gcc = new ProcessBuilder(
                        "gcc",
                        "-shared",
                        "-fPIC",
                        "-O1",
                        "-Wall",
                        "-DCUDA_SIMULATOR_" + kind,
                        "-o",
                        library.toString(),
                        "src/test/native/cuda_simulator.c")
                .redirectErrorStream(true)
                .start();
        String message = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(gcc.waitFor()).as(message).isZero();
        return library;
    }

    private static CheckResult run(Path library) {
        return new KernelCheck(() -> JnaCuda.load(library.toString())).run().get(0);
    }

    @Test
    void kernel_correctResult_isOkAndReleasesTheContext() throws Exception {
        Path library = driver("fine");
        try (NativeLibrary held = NativeLibrary.getInstance(library.getParent() + "/./" + library.getFileName())) {
            CheckResult result = run(library);

            assertThat(result.status()).isEqualTo(Status.OK);
            assertThat(result.found())
                    .isEqualTo("1024 threads correct on Simulated GPU, compute capability 8.9, 15.0 GB free");
            assertThat(held.getFunction("cudaSimulatorContexts").invokeInt(new Object[0]))
                    .isZero();
        }
    }

    @Test
    void kernel_wrongResult_isAFailureAndReleasesTheContext() throws Exception {
        Path library = driver("wrong_result");
        try (NativeLibrary held = NativeLibrary.getInstance(library.getParent() + "/./" + library.getFileName())) {
            CheckResult result = run(library);

            assertThat(result.status()).isEqualTo(Status.FAILURE);
            assertThat(result.found()).contains("kernel result 512: found 282156, expected 282155");
            assertThat(held.getFunction("cudaSimulatorContexts").invokeInt(new Object[0]))
                    .isZero();
        }
    }

    @Test
    void kernel_noDeviceOrRejectedPtx_namesCallAndError() throws Exception {
        assertThat(run(driver("no_device")).found()).isEqualTo("cuInit returned CUDA_ERROR_NO_DEVICE (100)");
        assertThat(run(driver("bad_ptx")).found()).isEqualTo("cuModuleLoadData returned CUDA_ERROR_INVALID_PTX (218)");
    }

    @Test
    void kernel_missingLibrary_isAFailureWithARemedy() {
        CheckResult result = run(directory.resolve("libcuda.so.1"));

        assertThat(result.status()).isEqualTo(Status.FAILURE);
        assertThat(result.found()).contains("cannot be loaded");
        assertThat(result.remedy()).contains("nvidia-smi");
    }
}
