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
    private Path folder;

    @Test
    void noOptions_drawsTheBuiltInAvatarAsFramed() throws IOException {
        CommandRun run = render();

        assertThat(run).isEqualTo(new CommandRun(0, "", ""));
        BufferedImage picture = picture();
        assertThat(picture.getWidth()).isEqualTo(640);
        assertThat(picture.getHeight()).isEqualTo(360);
        assertThat(brightestColumn(picture)).isBetween(319, 320);
        assertThat(picture.getRGB(0, 0)).isEqualTo(0xff000000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference"})
    void everyBackend_drawsTheSame(String backend) throws IOException {
        assertThat(render("--backend", backend, "--resolution", "65x33", "--background", "0,0.5,1")
                        .code())
                .isZero();

        assertThat(picture().getRGB(0, 0)).isEqualTo(0xff0080ff);
        assertThat(picture().getRGB(32, 16) & 0xff).isGreaterThan(220);
    }

    @Test
    void blendshape_movesTheFace() throws IOException {
        render("--blendshape", "jawOpen=0.5", "--resolution", "640x360");

        assertThat(brightestColumn(picture())).isGreaterThan(360);
    }

    @Test
    void camera_negativeCoordinates_isTakenAsGiven() throws IOException {
        CommandRun run = render("--camera", "-2,0,0", "--look-at", "0,0,-0.5", "--up", "0,-1,0", "--fov", "60");

        assertThat(run).isEqualTo(new CommandRun(0, "", ""));
        // From the left and upside down, what is nearer to the viewer of the portrait is on the left.
        assertThat(brightestColumn(picture())).isLessThan(300);
    }

    @Test
    void near_beyondTheAvatar_leavesBackground() throws IOException {
        render("--near", "5");

        assertThat(brightness(picture(), 320)).isZero();
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
    void blendshapeThatTheAvatarLacks_isNoted() {
        assertThat(render("--blendshape", "tongueOut=1"))
                .isEqualTo(new CommandRun(0, "", "render: note: test ball has no blendshape tongueOut\n"));
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
                "--near|0|expected more than 0",
                "--background|1,2,0|expected each channel from 0 to 1",
                "--backend|vulkan|expected cpu, cuda or reference",
                "--colour|1|Unknown option"
            })
    void wrongOption_saysWhatIsExpected(String option, String value, String message) {
        CommandRun run = render(option, value);

        assertThat(run.code()).isEqualTo(64);
        assertThat(run.err()).contains(message).hasLineCount(2);
    }

    @Test
    void cuda_thatCannotBeHad_saysWhy() {
        assertThat(render("--backend", "cuda"))
                .isEqualTo(
                        new CommandRun(
                                69,
                                "",
                                "render: backend cuda cannot be had: no NVIDIA driver: not in a test; use --backend cpu or reference\n"));
    }

    @Test
    void missingModel_exitsWithNoInput() {
        CommandRun run = render("--model", "nobody.zip");

        assertThat(run).isEqualTo(new CommandRun(66, "", "render: nobody.zip: no such file\n"));
    }

    @Test
    void outputInMissingFolder_exitsWithCannotCreate() {
        Path output = folder.resolve("missing").resolve("out.png");

        CommandRun run = CommandRun.of(command(), "--output", output.toString());

        assertThat(run.code()).isEqualTo(73);
        assertThat(run.err()).startsWith("render: cannot write " + output).hasLineCount(1);
    }

    @Test
    void noOutput_isWrongUsage() {
        assertThat(CommandRun.of(command()).code()).isEqualTo(64);
    }

    private CommandRun render(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--output");
        all.add(folder.resolve("out.png").toString());
        return CommandRun.of(command(), all.toArray(String[]::new));
    }

    private static RenderCommand command() {
        return new RenderCommand(TestAvatars::load, TestAvatars::poser, () -> {
            throw new IllegalStateException("no NVIDIA driver: not in a test");
        });
    }

    private BufferedImage picture() throws IOException {
        return ImageIO.read(folder.resolve("out.png").toFile());
    }

    private static int brightestColumn(BufferedImage picture) {
        int brightest = 0;
        for (int x = 1; x < picture.getWidth(); x++) {
            if (brightness(picture, x) > brightness(picture, brightest)) {
                brightest = x;
            }
        }
        return brightest;
    }

    private static long brightness(BufferedImage picture, int x) {
        long sum = 0;
        for (int y = 0; y < picture.getHeight(); y++) {
            sum += picture.getRGB(x, y) & 0xff;
        }
        return sum;
    }
}
