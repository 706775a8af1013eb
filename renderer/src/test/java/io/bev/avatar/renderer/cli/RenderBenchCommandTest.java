package io.bev.avatar.renderer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bev.avatar.renderer.bench.RenderBenchmark;
import io.bev.avatar.splat.raster.cpu.CpuRasterizer;
import io.bev.avatar.splat.raster.cpu.TileKernels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RenderBenchCommandTest {

    @Test
    void json_printsOneObjectPerLine() throws JsonProcessingException {
        CommandRun run = CommandRun.of(command(), "render", "--json", "--seconds", "0.01", "--threads", "2");

        assertThat(run.code()).as(run.err()).isZero();
        Map<String, JsonNode> results = new LinkedHashMap<>();
        for (String line : run.out().lines().toList()) {
            JsonNode result = new ObjectMapper().readTree(line);
            results.put(result.get("name").asText(), result);
        }
        assertThat(results.keySet())
                .containsExactly(
                        "machine",
                        "render.cpu.builtin.640x360.fps",
                        "render.cpu.builtin.1280x720.fps",
                        "render.cpu.builtin.1920x1080.fps",
                        "render.cpu.100k.640x360.fps",
                        "render.cpu.100k-sh3.640x360.fps",
                        "render.cpu.100k-sh3.1280x720.fps",
                        "render.cpu.100k-sh3.1920x1080.fps",
                        "stage.rig.p50",
                        "stage.project.p50",
                        "stage.sort.p50",
                        "stage.blend.p50",
                        "stage.encode.p50");
        JsonNode hundred = results.getOrDefault("render.cpu.100k.640x360.fps", MissingNode.getInstance());
        assertThat(hundred.path("value").asDouble()).isPositive();
        assertThat(hundred.path("unit").asText()).isEqualTo("fps");
        assertThat(results.getOrDefault("render.cpu.100k-sh3.640x360.fps", MissingNode.getInstance())
                        .path("target")
                        .asInt())
                .isEqualTo(90);
        assertThat(hundred.path("gaussians").asInt()).isEqualTo(100_000);
    }

    @Test
    void table_alignsNamesAndNumbers() {
        CommandRun run = CommandRun.of(command(), "--seconds", "0.01");

        assertThat(run.out())
                .startsWith("machine   ")
                .containsPattern("(?m)^render\\.cpu\\.builtin\\.640x360\\.fps +[0-9.]+ fps    gaussians 1, ");
    }

    @Test
    void unknownName_listsTheKnownOnes() {
        CommandRun run = CommandRun.of(command(), "rendr");

        assertThat(run.code()).isEqualTo(64);
        assertThat(run.err())
                .startsWith(
                        "bench: unknown benchmark 'rendr': expected one of render; ./avatar bench --help lists all\n");
    }

    @Test
    void missingModel_exitsWithNoInput() {
        CommandRun run = CommandRun.of(command(), "--model", "missing.zip");

        assertThat(run.code()).isEqualTo(66);
        assertThat(run.err()).isEqualTo("bench: missing.zip: no such file\n");
    }

    @Test
    void invalidNumbers_areRejected() {
        assertThat(CommandRun.of(command(), "--threads", "0").code()).isEqualTo(64);
        assertThat(CommandRun.of(command(), "--seconds", "-1").code()).isEqualTo(64);
    }

    private static RenderBenchCommand command() {
        return new RenderBenchCommand(List.of(new RenderBenchmark(
                TestAvatars::load,
                TestAvatars::poser,
                threads -> new CpuRasterizer(threads, TileKernels.fastest()),
                image -> image.bgr.length)));
    }
}
