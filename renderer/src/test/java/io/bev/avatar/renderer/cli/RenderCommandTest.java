package io.bev.avatar.renderer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RenderCommandTest {

    @TempDir
    private Path directory;

    @Test
    void noOptions_rendersTheBuiltInAvatarAsFramed() throws IOException {
        CommandRun run = render();

        assertThat(run).isEqualTo(new CommandRun(0, "", ""));
        BufferedImage frame = frame();
        assertThat(frame.getWidth()).isEqualTo(640);
        assertThat(frame.getHeight()).isEqualTo(360);
        assertThat(brightestColumn(frame)).isBetween(319, 320);
        assertThat(frame.getRGB(0, 0)).isEqualTo(0xff000000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference"})
    void everyBackend_rendersTheSame(String backend) throws IOException {
        assertThat(render("--backend", backend, "--resolution", "65x33", "--background", "0,0.5,1")
                        .code())
                .isZero();

        assertThat(frame().getRGB(0, 0)).isEqualTo(0xff0080ff);
        assertThat(frame().getRGB(32, 16) & 0xff).isGreaterThan(220);
    }

    @Test
    void blendshape_movesTheFace() throws IOException {
        render("--blendshape", "jawOpen=0.5", "--resolution", "640x360");

        assertThat(brightestColumn(frame())).isGreaterThan(360);
    }

    @Test
    void camera_negativeCoordinates_isUsedAsGiven() throws IOException {
        CommandRun run = render("--camera", "-2,0,0", "--look-at", "0,0,-0.5", "--up", "0,-1,0", "--fov", "60");

        assertThat(run).isEqualTo(new CommandRun(0, "", ""));
        // From the left and upside down, objects nearer to the portrait's viewer are on the left.
        assertThat(brightestColumn(frame())).isLessThan(300);
    }

    @Test
    void near_beyondTheAvatar_leavesBackground() throws IOException {
        render("--near", "5");

        assertThat(brightness(frame(), 320)).isZero();
    }

    @Test
    void unknownBlendshape_namesTheNearest() {
        assertThat(render("--blendshape", "jawopened=1"))
                .isEqualTo(new CommandRun(
                        64,
                        "",
                        "render: unknown blendshape 'jawopened': did you mean jawOpen?\nTry 'render --help'.\n"));
    }

    @Test
    void blendshapeThatTheAvatarLacks_isReported() {
        assertThat(render("--blendshape", "tongueOut=1"))
                .isEqualTo(new CommandRun(0, "", "render: warning: test ball has no blendshape tongueOut\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--blendshape|jawOpen=2|expected a weight from 0 to 1",
                "--resolution|640|expected WIDTHxHEIGHT",
                "--resolution|0x10|each 1 to 16384",
                "--camera|1,2|expected three numbers",
                "--camera|1,2,x|expected a number",
                "--camera|1,2,NaN|expected a finite number",
                "--camera|0,0,0|camera and look-at point coincide",
                "--up|0,0,1|up is parallel to the view direction",
                "--fov|180|expected between 0 and 180",
                "--near|0|expected a number greater than 0",
                "--background|1,2,0|expected each channel from 0 to 1",
                "--backend|vulkan|expected cpu, cuda or reference",
                "--colour|1|Unknown option"
            })
    void wrongOption_namesTheExpectedValue(String option, String value, String message) {
        CommandRun run = render(option, value);

        assertThat(run.code()).isEqualTo(64);
        assertThat(run.err()).contains(message).hasLineCount(2);
    }

    @Test
    void cuda_unavailable_namesTheReason() {
        assertThat(render("--backend", "cuda"))
                .isEqualTo(
                        new CommandRun(
                                69,
                                "",
                                "render: CUDA backend unavailable: no NVIDIA driver: not in a test; use --backend cpu or reference\n"));
    }

    @Test
    void missingModel_exitsWithNoInput() {
        CommandRun run = render("--model", "missing.zip");

        assertThat(run).isEqualTo(new CommandRun(66, "", "render: missing.zip: no such file\n"));
    }

    @Test
    void outputInMissingDirectory_exitsWithCannotCreate() {
        Path output = directory.resolve("missing").resolve("out.png");

        CommandRun run = CommandRun.of(command(), "--output", output.toString());

        assertThat(run.code()).isEqualTo(73);
        assertThat(run.err()).startsWith("render: cannot write " + output).hasLineCount(1);
    }

    @Test
    void noOutput_isAUsageError() {
        assertThat(CommandRun.of(command()).code()).isEqualTo(64);
    }

    private CommandRun render(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--output");
        all.add(directory.resolve("out.png").toString());
        return CommandRun.of(command(), all.toArray(String[]::new));
    }

    private static RenderCommand command() {
        return new RenderCommand(TestAvatars::load, TestAvatars::poser, () -> {
            throw new IllegalStateException("no NVIDIA driver: not in a test");
        });
    }

    private BufferedImage frame() throws IOException {
        return ImageIO.read(directory.resolve("out.png").toFile());
    }

    private static int brightestColumn(BufferedImage frame) {
        int brightest = 0;
        for (int x = 1; x < frame.getWidth(); x++) {
            if (brightness(frame, x) > brightness(frame, brightest)) {
                brightest = x;
            }
        }
        return brightest;
    }

    private static long brightness(BufferedImage frame, int x) {
        long sum = 0;
        for (int y = 0; y < frame.getHeight(); y++) {
            sum += frame.getRGB(x, y) & 0xff;
        }
        return sum;
    }
}
