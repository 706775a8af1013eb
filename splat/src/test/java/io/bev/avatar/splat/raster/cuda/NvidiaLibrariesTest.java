package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.testkit.NvidiaLibraries;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** jcuda's natives on NVIDIA's own {@code libcuda.so.1}, on a machine without a GPU. */
@ExtendWith(NeedsCompiler.class)
class NvidiaLibrariesTest {

    @TempDir
    Path directory;

    /** Prints what the renderer finds, and the version of the driver. */
    static final class Finder {

        private Finder() {}

        public static void main(String[] arguments) {
            CudaDevices found = CudaDiscovery.ofMachine(System.getenv(), Path.of(arguments[0]))
                    .find();
            System.out.println("problem " + found.problem().orElse("none"));
            int[] version = new int[1];
            System.out.println("code " + JCudaDriver.cuDriverGetVersion(version) + " version " + version[0]);
        }
    }

    /** The dynamic linker resolves every symbol that jcuda uses, not only those called: {@code LD_BIND_NOW}. */
    @Test
    void everySymbolExists_andNoDeviceHasTheRemedy() throws Exception {
        Path libraries = NvidiaLibraries.require();
        ProcessBuilder process = FakeCudaDriverProcess.of(
                directory.resolve("control"),
                Map.of("LD_LIBRARY_PATH", libraries.toString(), "LD_BIND_NOW", "1"),
                List.of(Finder.class.getName(), directory.resolve("natives").toString()));

        FakeCudaDriverProcess.Outcome outcome = FakeCudaDriverProcess.run(process);

        assertThat(outcome.code()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains("problem the NVIDIA driver reports no device: run 'modprobe nvidia', give this user access to"
                        + " /dev/nvidia*, and check CUDA_VISIBLE_DEVICES, which may hide it")
                .containsPattern("code 0 version 1[2-9]\\d\\d\\d");
    }
}
