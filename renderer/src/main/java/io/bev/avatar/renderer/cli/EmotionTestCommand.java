package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.expression.StillExpression;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.io.AvatarSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code emotion-test}: a blind test of whether the emotions of an avatar are recognised. */
@Command(
        name = "emotion-test",
        sortOptions = false,
        description = {
            "Blind test of the emotions. Writes sheets with the emotions in random order, each a letter and",
            "a row: the face at rest, then 0.4, 1.2, 2.2 and 3.6 seconds after the emotion replaced neutral."
        },
        footer = {
            "",
            "key.txt gets the emotion of each letter. A person who has not seen it writes answers.txt into the same",
            "directory, lines of letter and emotion such as 'a happy'; --score then prints what was recognised.",
            "",
            "Exit codes: 0 success, 64 usage error, 66 model, key or answers unusable, 73 output not writable."
        })
public final class EmotionTestCommand implements Callable<Integer> {

    private static final double[] SECONDS = {0.4, 1.2, 2.2, 3.6};
    private static final int ROWS = 3;
    private static final int WIDTH = 300;
    private static final int HEIGHT = 360;
    private static final float[] BACKGROUND = {0.086f, 0.106f, 0.133f};

    private final AvatarSource avatars;
    private final Function<Avatar, Poser> posers;
    private final Supplier<Rasterizer> rasterizers;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "DIRECTORY", description = "Directory of sheets and answers; created if missing.")
    private @Nullable Path directory;

    @Option(names = "--model", paramLabel = "FILE", description = "Avatar file (default: the built-in avatar).")
    private @Nullable Path model;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the order (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--intensity",
            paramLabel = "I",
            converter = EmotionChoice.IntensityConverter.class,
            defaultValue = "0.5",
            description = "Intensity, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double intensity = 0.5;

    @Option(names = "--score", description = "Compare answers.txt with key.txt.")
    private boolean score;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean helpRequested;

    /**
     * @param avatars loads the model
     * @param posers applies expressions to it
     * @param rasterizers creates the rasteriser
     */
    public EmotionTestCommand(AvatarSource avatars, Function<Avatar, Poser> posers, Supplier<Rasterizer> rasterizers) {
        this.avatars = avatars;
        this.posers = posers;
        this.rasterizers = rasterizers;
    }

    @Override
    public Integer call() {
        Path target = Objects.requireNonNull(directory, "required by the parser");
        return score ? printScore(target) : writeSheets(target);
    }

    private int printScore(Path target) {
        try {
            EmotionScore result = EmotionScore.read(target.resolve("key.txt"), target.resolve("answers.txt"));
            PrintWriter out = spec().commandLine().getOut();
            result.lines().forEach(out::println);
            out.flush();
            return ExitCodes.OK;
        } catch (IOException e) {
            return fail(ExitCodes.NO_INPUT, ErrorText.of(e));
        }
    }

    private int writeSheets(Path target) {
        Avatar avatar;
        try {
            avatar = avatars.load(Optional.ofNullable(model));
        } catch (IOException e) {
            return fail(ExitCodes.NO_INPUT, String.valueOf(e.getMessage()));
        }
        List<Emotion> order = new ArrayList<>(Arrays.asList(Emotion.values()));
        Collections.shuffle(order, new Random(seed));
        Framebuffer image = new Framebuffer(WIDTH, HEIGHT, BACKGROUND[0], BACKGROUND[1], BACKGROUND[2]);
        try (ImageRenderer renderer =
                new ImageRenderer(avatar, posers.apply(avatar), rasterizers.get(), avatar.cloud().antialiased, image)) {
            Files.createDirectories(target);
            for (int first = 0; first < order.size(); first += ROWS) {
                PngFile.write(
                        sheet(order, first, renderer, Camera.of(avatar.framing(), WIDTH, HEIGHT)),
                        target.resolve("sheet-" + (first / ROWS + 1) + ".png"));
            }
            List<String> key = new ArrayList<>();
            for (int i = 0; i < order.size(); i++) {
                key.add(EmotionScore.letter(i) + " " + order.get(i).label());
            }
            Files.write(target.resolve("key.txt"), key);
            return ExitCodes.OK;
        } catch (IOException e) {
            return fail(ExitCodes.CANNOT_CREATE, "cannot write to " + target + ": " + ErrorText.of(e));
        }
    }

    private Framebuffer sheet(List<Emotion> order, int first, ImageRenderer renderer, Camera camera) {
        int columns = SECONDS.length + 1;
        int rows = Math.min(ROWS, order.size() - first);
        ContactSheet sheet = new ContactSheet(WIDTH, HEIGHT, rows * columns);
        ExpressionFrame expression = new ExpressionFrame();
        for (int i = 0; i < rows * columns; i++) {
            int row = first + i / columns;
            int moment = i % columns - 1;
            if (moment < 0) {
                StillExpression.write(Emotion.NEUTRAL, intensity, 0, expression);
            } else {
                StillExpression.write(order.get(row), intensity, SECONDS[moment], expression);
            }
            sheet.add(i, renderer.render(expression, camera), moment < 0 ? "rest" : EmotionScore.letter(row));
        }
        return sheet.image();
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec, "set by the parser");
    }

    private int fail(int code, String message) {
        PrintWriter err = spec().commandLine().getErr();
        err.println("emotion-test: " + message);
        err.flush();
        return code;
    }
}
