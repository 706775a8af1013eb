package io.bev.avatar.renderer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmotionTestCommandTest {

    @TempDir
    Path directory;

    @Test
    void sheets_showEveryEmotionOnce_inTheOrderOfTheSeed() throws Exception {
        assertThat(run("--seed", "3", directory.resolve("a").toString()).code()).isZero();
        run("--seed", "3", directory.resolve("b").toString());
        run("--seed", "4", directory.resolve("c").toString());

        for (int i = 1; i <= 5; i++) {
            BufferedImage sheet =
                    ImageIO.read(directory.resolve("a/sheet-" + i + ".png").toFile());
            assertThat(sheet.getWidth()).isEqualTo(1500);
            assertThat(sheet.getHeight()).isGreaterThan(3 * 360);
        }
        List<String> key = Files.readAllLines(directory.resolve("a/key.txt"));
        assertThat(key)
                .isEqualTo(Files.readAllLines(directory.resolve("b/key.txt")))
                .isNotEqualTo(Files.readAllLines(directory.resolve("c/key.txt")));
        assertThat(key.stream().map(line -> line.substring(2)))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Emotion.values()).map(Emotion::label).toList());
    }

    @Test
    void score_listsWhatWasSeenInstead() throws Exception {
        Files.writeString(directory.resolve("key.txt"), "a happy\nb alert\nc neutral\n");
        Files.writeString(directory.resolve("answers.txt"), "A happy\nB concerned\n\nC neutral\n");

        CommandRun scored = run("--score", directory.toString());

        assertThat(scored.code()).isZero();
        assertThat(scored.out().lines())
                .containsExactly(
                        "| shown | seen |",
                        "|---|---|",
                        "| neutral | yes |",
                        "| happy | yes |",
                        "| alert | concerned |",
                        "",
                        "2 of 3 recognised");
    }

    @Test
    void score_unusableAnswers_areReported() throws Exception {
        Files.writeString(directory.resolve("key.txt"), "a happy\nb alert\n");
        Path answers = directory.resolve("answers.txt");

        assertThat(run("--score", directory.toString()).code()).isEqualTo(ExitCodes.NO_INPUT);
        Files.writeString(answers, "a happy\nb cheerful\n");
        assertThat(run("--score", directory.toString()).err())
                .contains("'b cheerful': expected a letter and an emotion");
        Files.writeString(answers, "a happy\na alert\n");
        assertThat(run("--score", directory.toString()).err()).contains("two lines for a, expected one");
        Files.writeString(answers, "a happy\n");
        assertThat(run("--score", directory.toString()).err()).contains("has letters [a], expected [a, b]");
    }

    @Test
    void missingModel_isReported() {
        CommandRun missing = run("--model", "missing.ply", directory.toString());

        assertThat(missing.code()).isEqualTo(ExitCodes.NO_INPUT);
        assertThat(missing.err()).isEqualTo("emotion-test: missing.ply: no such file" + System.lineSeparator());
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.of(
                new EmotionTestCommand(TestAvatars::load, TestAvatars::poser, ReferenceRasterizer::new), arguments);
    }
}
