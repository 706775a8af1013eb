package io.bev.avatar.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.common.cli.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedGpuTest {

    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path temporary;

    private Path root;
    private Path directory;
    private Path source;

    @BeforeEach
    void prepareDirectories() throws IOException {
        root = temporary.resolve("project directory");
        directory = temporary.resolve("run directory/simulated-gpu");
        Path sources = Files.createDirectories(root.resolve("exporter/src/simulator"));
        source = Files.writeString(sources.resolve("nvml_simulator.c"), "int answer(void) { return 42; }\n");
        Files.writeString(sources.resolve("scenario.txt"), "# example\n");
    }

    private SimulatedGpu prepare() throws Exception {
        assumeTrue(Installation.find("gcc").isPresent(), "gcc is not installed");
        return SimulatedGpu.prepare(root, directory);
    }

    @Test
    void firstUse_buildsLibrary_andWritesExample() throws Exception {
        SimulatedGpu gpu = prepare();

        assertThat(gpu.library()).hasBinaryContent(Files.readAllBytes(gpu.library()));
        assertThat(Files.readAllBytes(gpu.library())).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(gpu.scenario()).hasContent("# example");
        assertThat(gpu.exporterEnvironment())
                .containsEntry(
                        "BEV_EXPORTER_NVML_LIBRARY",
                        directory.resolve("libnvidia-ml.so.1").toString())
                .containsEntry(
                        "NVML_SIMULATOR_SCENARIO",
                        directory.resolve("scenario.txt").toString());
    }

    @Test
    void secondUse_keepsLibraryAndEditedScenario_rebuildsNewSource() throws Exception {
        SimulatedGpu gpu = prepare();
        Files.writeString(gpu.scenario(), "temperature = 95");
        Files.setLastModifiedTime(gpu.library(), LONG_AGO);

        prepare();
        assertThat(Files.getLastModifiedTime(gpu.library())).isEqualTo(LONG_AGO);
        assertThat(gpu.scenario()).hasContent("temperature = 95");

        Files.writeString(source, "int answer(void) { return 43; }\n");
        prepare();
        assertThat(Files.getLastModifiedTime(gpu.library())).isGreaterThan(LONG_AGO);
    }

    @Test
    void noCompiler_reportsPackages() {
        assertThatThrownBy(() -> SimulatedGpu.prepare(root, directory, "no-such-gcc"))
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCodes.UNAVAILABLE))
                .hasMessageContaining("no-such-gcc is not installed")
                .hasMessageContaining("apt-get install --no-install-recommends gcc libc6-dev");
    }

    @Test
    void noHeaders_reportsPackages_otherErrorsAreReported() throws Exception {
        Files.writeString(source, "#include <no-such-header.h>\n");
        assertThatThrownBy(this::prepare)
                .hasMessageContaining("no-such-header.h")
                .hasMessageContaining("libc6-dev");

        Files.writeString(source, "int answer(void) { return forty_two; }\n");
        assertThatThrownBy(this::prepare)
                .hasMessageContaining("gcc cannot build the simulated GPU")
                .hasMessageContaining("forty_two");
        assertThat(directory.resolve("libnvidia-ml.so.1")).doesNotExist();
    }
}
