package io.bev.avatar.renderer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.renderer.bench.SceneExport;
import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.Framing;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.io.AvatarLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScenesCommandTest {

    @TempDir
    Path directory;

    /** A written scene reads back equal, so a comparison with another renderer uses the same Gaussians. */
    @Test
    void scene_isWrittenAsOtherProgramsReadIt() throws Exception {
        GaussianCloud cloud = RandomClouds.cube(3, 40, 3, 0.05, 3);
        Avatar avatar = new Avatar("test", cloud, Optional.empty(), new Framing(0, 0, 3, 0, 0, 0, 0, 1, 0, 40, 0.01f));

        new SceneExport(directory, new ReferenceRasterizer(), 1920, 1080).write("small", avatar);

        GaussianCloud read = AvatarLoader.load(directory.resolve("small.ply")).cloud();
        assertThat(read.count()).isEqualTo(40);
        assertThat(read.shDegree()).isEqualTo(3);
        assertThat(read.x).isEqualTo(cloud.x);
        assertThat(read.sh).isEqualTo(cloud.sh);
        for (int i = 0; i < 40; i++) {
            assertThat(read.opacity[i]).isCloseTo(cloud.opacity[i], within(1e-5f));
            assertThat(read.scaleY[i]).isCloseTo(cloud.scaleY[i], within(1e-6f));
            assertThat(read.rotationW[i]).isCloseTo(cloud.rotationW[i], within(1e-6f));
            assertThat(read.blue[i]).isCloseTo(cloud.blue[i], within(1e-6f));
        }
        JsonNode view =
                new ObjectMapper().readTree(directory.resolve("small.json").toFile());
        assertThat(view.path("width").asInt()).isEqualTo(1920);
        assertThat(view.path("worldToCamera")).hasSize(12);
        assertThat(view.path("worldToCamera").path(11).asDouble())
                .as("distance")
                .isCloseTo(3, within(1e-5));
        assertThat(Files.size(directory.resolve("small.ppm")))
                .isEqualTo("P6\n1920 1080\n255\n".length() + 3 * 1920 * 1080);
    }

    @Test
    void missingModel_andInvalidDirectory_areReported() throws Exception {
        CommandRun missing = run("--model", "missing.ply", directory.toString());
        assertThat(missing.code()).isEqualTo(ExitCodes.NO_INPUT);
        assertThat(missing.err()).isEqualTo("scenes: missing.ply: no such file" + System.lineSeparator());

        Path file = Files.writeString(directory.resolve("file"), "");
        CommandRun blocked = run(file.resolve("scenes").toString());
        assertThat(blocked.code()).isEqualTo(ExitCodes.CANNOT_CREATE);
        assertThat(blocked.err()).startsWith("scenes: cannot write to " + file);
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.of(new ScenesCommand(TestAvatars::load, ReferenceRasterizer::new), arguments);
    }
}
