package io.bev.avatar.renderer.cli;

import io.bev.avatar.renderer.expression.StillExpression;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code render} that choose the expressions and the number of the images. */
final class ShotOptions {

    private static final int DEFAULT_FPS = 30;
    private static final int MAX_FPS = 240;
    private static final List<Emotion> EMOTIONS = List.of(Emotion.values());

    @Option(
            names = "--blendshape",
            paramLabel = "NAME=W",
            description = "Weight of an ARKit blendshape, 0 to 1; may be repeated.")
    private Map<String, Float> blendshapes = new LinkedHashMap<>();

    @Option(
            names = "--emotion",
            paramLabel = "NAME[=I]",
            converter = EmotionChoice.Converter.class,
            description = "Emotion and its intensity, 0 to 1 (default: 1).")
    private @Nullable EmotionChoice emotion;

    @Option(
            names = "--contact-sheet",
            paramLabel = "I",
            converter = EmotionChoice.IntensityConverter.class,
            arity = "0..1",
            fallbackValue = "1",
            description = "One image with all emotions at intensity I (default: 1); --resolution is that of each.")
    private @Nullable Double sheetIntensity;

    @Option(names = "--turntable", paramLabel = "N", description = "N images from around the avatar.")
    private @Nullable Integer turntable;

    @Option(
            names = "--animate",
            paramLabel = "FILE",
            description = "Images of a recording of blendshape weights (LAM's JSON).")
    private @Nullable Path recording;

    @Option(names = "--fps", paramLabel = "N", description = "Images per second of a sequence (default: 30).")
    private @Nullable Integer fps;

    private @Nullable WeightsFile recorded;

    /**
     * Validates these options.
     *
     * @param file to write
     * @return its format
     * @throws IllegalArgumentException naming the wrong option and what was expected
     */
    OutputFormat format(Path file, Resolution resolution) {
        for (Map.Entry<String, Float> entry : blendshapes.entrySet()) {
            Weights.indexOf(entry.getKey());
            Weights.checked(entry.getKey(), entry.getValue());
        }
        long modes = Stream.of(sheetIntensity, turntable, recording)
                .filter(Objects::nonNull)
                .count();
        if (modes > 1) {
            throw new IllegalArgumentException("expected one of --contact-sheet, --turntable and --animate");
        }
        if (sheetIntensity != null && emotion != null) {
            throw new IllegalArgumentException(
                    "expected --emotion or --contact-sheet, which shows all emotions; its value is the intensity");
        }
        if (turntable != null && (turntable < 2 || turntable > WeightsFile.MAX_FRAMES)) {
            throw new IllegalArgumentException(
                    "--turntable " + turntable + ": expected 2 to " + WeightsFile.MAX_FRAMES + " images");
        }
        if (fps != null && (fps < 1 || fps > MAX_FPS)) {
            throw new IllegalArgumentException("--fps " + fps + ": expected 1 to " + MAX_FPS);
        }
        if (fps != null && !isSequence()) {
            throw new IllegalArgumentException("--fps: expected together with --turntable or --animate");
        }
        OutputFormat format = OutputFormat.of(file, isSequence());
        if (format == OutputFormat.MP4 && (resolution.width() % 2 != 0 || resolution.height() % 2 != 0)) {
            throw new IllegalArgumentException("--resolution " + resolution.width() + "x" + resolution.height()
                    + ": expected even numbers for .mp4");
        }
        if (sheetIntensity != null) {
            sheet(resolution);
        }
        return format;
    }

    /** An empty contact sheet of all emotions. */
    static ContactSheet sheet(Resolution each) {
        return new ContactSheet(each.width(), each.height(), EMOTIONS.size());
    }

    /** Name of image {@code index} of a contact sheet. */
    static String name(int index) {
        return EMOTIONS.get(index).label();
    }

    /** Whether one image shows all emotions. */
    boolean isSheet() {
        return sheetIntensity != null;
    }

    /** Whether several images are written. */
    boolean isSequence() {
        return turntable != null || recording != null;
    }

    int framesPerSecond() {
        return fps == null ? DEFAULT_FPS : fps;
    }

    /** Names of the blendshapes that are set for all images. */
    Set<String> blendshapes() {
        return blendshapes.keySet();
    }

    /** @throws IOException if the recording is unusable */
    void readRecording() throws IOException {
        if (recording != null) {
            WeightsFile read = WeightsFile.read(recording);
            read.images(framesPerSecond());
            recorded = read;
        }
    }

    /** Number of images; of those on the sheet for a contact sheet. */
    int count() throws IOException {
        if (recorded != null) {
            return recorded.images(framesPerSecond());
        }
        if (turntable != null) {
            return turntable;
        }
        return isSheet() ? EMOTIONS.size() : 1;
    }

    /** Camera position of image {@code index}. */
    Triple turned(Triple eye, Triple target, Triple up, int index) {
        return turntable == null ? eye : Turntable.eye(eye, target, up, index, turntable);
    }

    /** Expression of image {@code index}: the recording or rest, the blendshapes, and the emotion below both. */
    ExpressionFrame expression(int index) {
        ExpressionFrame frame = new ExpressionFrame();
        if (recorded != null) {
            recorded.write(index, framesPerSecond(), frame);
        }
        blendshapes.forEach((name, weight) -> frame.weights[Weights.indexOf(name)] = weight);
        if (sheetIntensity != null) {
            return above(new EmotionChoice(EMOTIONS.get(index), sheetIntensity), frame);
        }
        return emotion == null ? frame : above(emotion, frame);
    }

    /** {@code weights} on top of an emotion. */
    private static ExpressionFrame above(EmotionChoice chosen, ExpressionFrame weights) {
        Map<String, Double> named = new HashMap<>();
        for (int i = 0; i < ArkitBlendshapes.COUNT; i++) {
            if (weights.weights[i] > 0) {
                named.put(ArkitBlendshapes.NAMES.get(i), (double) weights.weights[i]);
            }
        }
        ExpressionFrame frame = new ExpressionFrame();
        StillExpression.write(chosen.emotion(), chosen.intensity(), named, frame);
        return frame;
    }
}
