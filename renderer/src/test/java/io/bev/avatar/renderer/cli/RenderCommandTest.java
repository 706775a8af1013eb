package io.bev.avatar.renderer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.splat.raster.Framebuffer;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
                "--colour|1|Unknown option",
                "--emotion|glad|expected one of neutral, happy",
                "--emotion|happy=2|expected an intensity from 0 to 1",
                "--emotion|happy=|expected an intensity from 0 to 1",
                "--contact-sheet|NaN|expected an intensity from 0 to 1",
                "--turntable|1|expected 2 to 36000 images",
                "--fps|30|expected together with --turntable or --animate"
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

    @ParameterizedTest
    @ValueSource(strings = {"out.jpg", "out", "out.webp", "out.mp4"})
    void extensionThatIsNotWritten_isRejected(String name) {
        CommandRun run =
                CommandRun.of(command(), "--output", directory.resolve(name).toString());

        assertThat(run.code()).isEqualTo(64);
        assertThat(run.err()).contains("expected", ".png").hasLineCount(2);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void severalSequences_areAUsageError() {
        assertThat(render("--contact-sheet", "--turntable", "3").err())
                .contains("expected one of --contact-sheet, --turntable and --animate");
        assertThat(render("--contact-sheet", "--emotion", "happy").err()).contains("expected --emotion or");
        assertThat(render("--turntable", "3", "--fps", "0").err()).contains("--fps 0: expected 1 to 240");
    }

    @Test
    void emotion_movesTheFace_withBlendshapesOnTop() throws IOException {
        render("--emotion", "discovered=0.5");
        int discovered = brightestColumn(frame());
        render("--emotion", "discovered", "--blendshape", "jawOpen=1");

        assertThat(discovered).isGreaterThan(325);
        assertThat(brightestColumn(frame())).isGreaterThan(discovered);
    }

    @Test
    void contactSheet_hasAnImageAndANameForEachEmotion() throws IOException {
        assertThat(render("--contact-sheet", "0.5", "--resolution", "64x36", "--background", "0,0,1"))
                .isEqualTo(new CommandRun(0, "", ""));

        BufferedImage sheet = frame();
        assertThat(sheet.getWidth()).isEqualTo(5 * 64);
        assertThat(sheet.getHeight()).isEqualTo(3 * (36 + 13));
        for (int i = 0; i < 15; i++) {
            int left = i % 5 * 64;
            int top = i / 5 * 49;
            assertThat(sheet.getRGB(left, top)).isEqualTo(0xff0000ff);
            assertThat(whitePixels(sheet, left, top + 36, 64, 13))
                    .as("name %d", i)
                    .isGreaterThan(30);
        }
        assertThat(render("--contact-sheet", "--resolution", "4000x4000").err())
                .contains("expected images of at most 3276x");
    }

    @Test
    void turntable_writesNumberedImages_startingAtTheCamera() throws IOException {
        CommandRun run = render("--turntable", "4", "--look-at", "0,0,-0.5", "--resolution", "64x36");

        assertThat(run).isEqualTo(new CommandRun(0, "", "render: 4 of 4 images\n"));
        assertThat(directory.toFile().list())
                .containsExactlyInAnyOrder("out-0001.png", "out-0002.png", "out-0003.png", "out-0004.png");
        assertThat(brightestColumn(frame("out-0001.png"))).isBetween(31, 32);
        assertThat(brightestColumn(frame("out-0002.png"))).isLessThan(25);
        assertThat(brightestColumn(frame("out-0004.png"))).isGreaterThan(38);
    }

    @Test
    void animate_interpolatesTheRecordingAtTheFrameRate() throws IOException {
        Path weights = weights("""
                {"names": ["eyeBlinkLeft", "unknown", "jawOpen"], "head_pose": [[0, 0, 0]], "frames": [
                 {"weights": [0, 0, 0], "time": 5, "rotation": []}, {"weights": [0, 0, 0.8], "time": 5.1}]}
                """);

        CommandRun run = render("--animate", weights.toString(), "--fps", "20", "--resolution", "64x36");

        assertThat(run.code()).isZero();
        assertThat(directory.resolve("out-0004.png")).doesNotExist();
        assertThat(brightestColumn(frame("out-0001.png"))).isBetween(31, 32);
        assertThat(brightestColumn(frame("out-0002.png"))).isBetween(35, 37);
        assertThat(brightestColumn(frame("out-0003.png"))).isBetween(40, 42);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"names\": [\"jawOpen\"], \"frames\": []}",
                "{\"names\": [\"teeth\"], \"frames\": [{\"weights\": [1]}]}",
                "{\"names\": [\"jawOpen\"], \"frames\": [{\"weights\": [1, 2]}]}",
                "{\"names\": [\"jawOpen\"], \"frames\": [{\"weights\": [\"NaN\"]}]}",
                "{\"names\": [\"jawOpen\"], \"frames\": [{\"weights\": [1], \"time\": 2}, {\"weights\": [1], \"time\": 1}]}",
                "{\"names\": [\"jawOpen\"], \"frames\": [{\"weights\": [1], \"time\": 0}, {\"weights\": [1], \"time\": 99999}]}",
                "{\"names\": [\"jawOpen\"], \"frames\": [{\"weights\": [1"
            })
    void unusableRecording_isRejectedInOneLine(String text) throws IOException {
        CommandRun run = render("--animate", weights(text).toString());

        assertThat(run.code()).isEqualTo(66);
        assertThat(run.err()).contains("weights.json: expected ", ", found ").hasLineCount(1);
    }

    @Test
    void missingRecording_exitsWithNoInput() {
        assertThat(render("--animate", "missing.json"))
                .isEqualTo(new CommandRun(66, "", "render: missing.json: no such file\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mp4", "webp"})
    void video_isWrittenCompletely(String extension) throws IOException {
        assumeTrue(isInstalled("ffmpeg"), "the command ffmpeg is not installed");
        Path video = directory.resolve("out." + extension);
        CommandRun run = CommandRun.of(
                command(),
                "--turntable",
                "5",
                "--look-at",
                "0,0,-0.5",
                "--resolution",
                "64x36",
                "--output",
                video.toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(directory.toFile().list()).containsExactly("out." + extension);
        assertThat(new String(Files.readAllBytes(video), StandardCharsets.ISO_8859_1))
                .contains(extension.equals("mp4") ? "avc1" : "ANMF");
    }

    @Test
    void oddSizes_areRejectedForMp4() {
        CommandRun run = CommandRun.of(
                command(), "--turntable", "5", "--resolution", "65x36", "--output", directory.resolve("a.mp4") + "");

        assertThat(run.code()).isEqualTo(64);
        assertThat(run.err()).contains("--resolution 65x36: expected even numbers for .mp4");
    }

    @Test
    void missingEncoder_hasTheRemedy_andLeavesNothing() {
        assertThatThrownBy(() -> VideoFile.create(directory.resolve("a.mp4"), OutputFormat.MP4, 8, 8, 30, "/no/ffmpeg"))
                .hasMessageContaining("the command /no/ffmpeg is needed for .webp and .mp4: install it")
                .hasMessageContaining("or write .png");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void failingEncoder_isReportedWithItsMessage_andKeepsThePreviousFile() throws IOException {
        Path encoder = directory.resolve("encoder");
        Files.writeString(encoder, "#!/bin/sh\necho first >&2\necho 'no such codec' >&2\nexit 1\n");
        assertThat(encoder.toFile().setExecutable(true)).isTrue();
        Path video = Files.writeString(directory.resolve("a.mp4"), "previous");
        Framebuffer image = new Framebuffer(400, 400, 0, 0, 0);

        try (VideoFile file = VideoFile.create(video, OutputFormat.MP4, 400, 400, 30, encoder.toString())) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10; i++) {
                            file.write(image);
                        }
                        file.finish();
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessage("ffmpeg: no such codec");
        }
        assertThat(video).hasContent("previous");
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("encoder", "a.mp4");
    }

    private static boolean isInstalled(String command) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, command)));
    }

    private Path weights(String text) throws IOException {
        return Files.writeString(directory.resolve("weights.json"), text);
    }

    private static int whitePixels(BufferedImage image, int left, int top, int width, int height) {
        int white = 0;
        for (int y = top; y < top + height; y++) {
            for (int x = left; x < left + width; x++) {
                white += image.getRGB(x, y) == 0xffffffff ? 1 : 0;
            }
        }
        return white;
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
        return frame("out.png");
    }

    private BufferedImage frame(String name) throws IOException {
        return ImageIO.read(directory.resolve(name).toFile());
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
