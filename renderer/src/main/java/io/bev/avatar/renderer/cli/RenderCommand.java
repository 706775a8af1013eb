package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.config.Antialiasing;
import io.bev.avatar.renderer.expression.StillExpression;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.cpu.CpuRasterizer;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.raster.cpu.TileKernels;
import io.bev.avatar.splat.raster.cuda.CudaException;
import io.bev.avatar.splat.raster.cuda.MemoryBudgetException;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.Framing;
import io.bev.avatar.splat.scene.ModelMemory;
import io.bev.avatar.splat.scene.io.AvatarSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code render}: writes an image or a sequence of images of an avatar. */
@Command(
        name = "render",
        sortOptions = false,
        description = "Renders an avatar to a PNG file, or a sequence to PNG files or a video.",
        footer = {
            "",
            "Without camera options the framing is that of the web page. Coordinates are in the",
            "file's own axes and units (LAM bundle: its mesh, centred on the mean of the Gaussians).",
            "A sequence is written as NAME-0001.png, NAME-0002.png and so on, as animated .webp or as .mp4;",
            "the last two need the command ffmpeg.",
            "A heap other than half of the memory: BEV_AVATAR_JAVA_OPTIONS=-Xmx4g.",
            "",
            "Exit codes: 0 success, 64 usage error, 66 model unusable, 69 backend unavailable,",
            "70 internal error, 73 output not writable."
        })
public final class RenderCommand implements Callable<Integer> {

    private static final float AVATAR_NEAR = 0.01f;
    private static final float SCENE_NEAR = 0.2f;
    private static final int DEFAULT_FPS = 30;
    private static final int MAX_FPS = 240;
    private static final String FFMPEG = "ffmpeg";
    private static final List<Emotion> EMOTIONS = List.of(Emotion.values());

    private final AvatarSource avatars;
    private final Function<Avatar, Poser> posers;
    private final Supplier<? extends Rasterizer> cuda;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--model", paramLabel = "FILE", description = "Avatar file (default: the built-in avatar).")
    private @Nullable Path model;

    @Option(
            names = "--camera",
            paramLabel = "X,Y,Z",
            converter = Triple.Converter.class,
            description = "Camera position.")
    private @Nullable Triple camera;

    @Option(
            names = "--look-at",
            paramLabel = "X,Y,Z",
            converter = Triple.Converter.class,
            description = "Point at the centre of the image.")
    private @Nullable Triple lookAt;

    @Option(
            names = "--up",
            paramLabel = "X,Y,Z",
            converter = Triple.Converter.class,
            description = "Direction that points up in the image.")
    private @Nullable Triple up;

    @Option(names = "--fov", paramLabel = "DEG", description = "Vertical field of view in degrees.")
    private @Nullable Float fov;

    @Option(
            names = "--resolution",
            paramLabel = "WxH",
            converter = Resolution.Converter.class,
            defaultValue = "640x360",
            description = "Size in pixels (default: ${DEFAULT-VALUE}).")
    private Resolution resolution = new Resolution(640, 360);

    @Option(
            names = "--near",
            paramLabel = "D",
            description = "Distance of the near plane (default: 0.2; rigged avatars 0.01).")
    private @Nullable Float near;

    @Option(
            names = "--background",
            paramLabel = "R,G,B",
            converter = Triple.Converter.class,
            defaultValue = "0,0,0",
            description = "Background colour, each channel 0 to 1 (default: ${DEFAULT-VALUE}).")
    private Triple background = new Triple(0, 0, 0);

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            converter = Backend.Converter.class,
            defaultValue = "cpu",
            description = "Rendering backend: cpu, cuda or reference (exact, slow; default: ${DEFAULT-VALUE}).")
    private Backend backend = Backend.CPU;

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

    @Option(
            names = "--antialiased",
            paramLabel = "MODE",
            converter = AntialiasingConverter.class,
            arity = "0..1",
            fallbackValue = "on",
            defaultValue = "auto",
            description = "Opacity compensation of thin Gaussians: on, off or auto, as the file declares"
                    + " (default: ${DEFAULT-VALUE}; without MODE: on).")
    private Antialiasing antialiased = Antialiasing.AUTO;

    @Option(names = "--output", paramLabel = "FILE", required = true, description = "File to write.")
    private @Nullable Path output;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean helpRequested;

    /**
     * @param avatars loads the model
     * @param posers applies blendshapes to it
     * @param cuda opens the GPU; throws an exception with the reason where it cannot
     */
    public RenderCommand(AvatarSource avatars, Function<Avatar, Poser> posers, Supplier<? extends Rasterizer> cuda) {
        this.cuda = cuda;
        this.avatars = avatars;
        this.posers = posers;
    }

    @Override
    public Integer call() {
        ExpressionFrame expression = expression();
        requireBackground();
        Path file = Objects.requireNonNull(output, "required by the parser");
        OutputFormat format;
        Avatar avatar;
        Sequence sequence;
        try {
            format = format(file);
            Optional<WeightsFile> weights =
                    recording == null ? Optional.empty() : Optional.of(WeightsFile.read(recording));
            avatar = avatars.load(Optional.ofNullable(model));
            sequence = sequence(avatar, expression, weights);
        } catch (IllegalArgumentException e) {
            throw usage(e);
        } catch (IOException e) {
            return fail(ExitCodes.NO_INPUT, String.valueOf(e.getMessage()));
        } catch (OutOfMemoryError e) {
            return fail(
                    ExitCodes.NO_INPUT,
                    String.valueOf(ModelMemory.ofHeap()
                            .exhausted(String.valueOf(model), e)
                            .getMessage()));
        }
        warnAboutMissing(avatar);
        reportFindings(avatar);
        try {
            draw(avatar, sequence, file, format);
        } catch (BackendException e) {
            return fail(ExitCodes.UNAVAILABLE, e.getMessage() + "; use --backend cpu or reference");
        } catch (VideoFile.MissingEncoderException e) {
            return fail(ExitCodes.UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return fail(ExitCodes.CANNOT_CREATE, "cannot write " + file + ": " + e);
        } catch (OutOfMemoryError e) {
            return fail(
                    ExitCodes.NO_INPUT,
                    String.valueOf(
                            ModelMemory.ofHeap().exhausted(avatar.source(), e).getMessage()));
        }
        return ExitCodes.OK;
    }

    /** Validates the options that choose what is written. */
    private OutputFormat format(Path file) {
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
            sheet();
        }
        return format;
    }

    private ContactSheet sheet() {
        return new ContactSheet(resolution.width(), resolution.height(), EMOTIONS.size());
    }

    private boolean isSequence() {
        return turntable != null || recording != null;
    }

    private int framesPerSecond() {
        return fps == null ? DEFAULT_FPS : fps;
    }

    /** Expression and camera of each image. */
    private record Sequence(int count, IntFunction<ExpressionFrame> expressions, IntFunction<Camera> cameras) {}

    private Sequence sequence(Avatar avatar, ExpressionFrame expression, Optional<WeightsFile> weights)
            throws IOException {
        Camera view = view(avatar, 0, 1);
        if (weights.isPresent()) {
            WeightsFile recorded = weights.get();
            return new Sequence(recorded.images(framesPerSecond()), index -> recorded(recorded, index), index -> view);
        }
        if (turntable != null) {
            int count = turntable;
            return new Sequence(count, index -> expression, index -> view(avatar, index, count));
        }
        if (sheetIntensity != null) {
            double intensity = sheetIntensity;
            return new Sequence(
                    EMOTIONS.size(),
                    index -> expression(new EmotionChoice(EMOTIONS.get(index), intensity), expression),
                    i -> view);
        }
        return new Sequence(1, index -> expression, index -> view);
    }

    /** Image {@code index} of the recording, over the emotion and the blendshapes of the command line. */
    private ExpressionFrame recorded(WeightsFile recorded, int index) {
        ExpressionFrame frame = new ExpressionFrame();
        recorded.write(index, framesPerSecond(), frame);
        blendshapes.forEach((name, weight) -> frame.weights[Weights.indexOf(name)] = weight);
        return emotion == null ? frame : expression(emotion, frame);
    }

    /** {@code weights} on top of an emotion. */
    private static ExpressionFrame expression(EmotionChoice chosen, ExpressionFrame weights) {
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

    private ExpressionFrame expression() {
        ExpressionFrame expression = new ExpressionFrame();
        for (Map.Entry<String, Float> entry : blendshapes.entrySet()) {
            try {
                int index = Weights.indexOf(entry.getKey());
                expression.weights[index] = Weights.checked(entry.getKey(), entry.getValue());
            } catch (IllegalArgumentException e) {
                throw usage(e);
            }
        }
        return emotion == null || recording != null ? expression : expression(emotion, expression);
    }

    private void requireBackground() {
        for (float channel : background.toArray()) {
            if (channel < 0 || channel > 1) {
                throw usage(new IllegalArgumentException(
                        "--background " + channel + ": expected each channel from 0 to 1, such as 0.1,0.1,0.2"));
            }
        }
    }

    /** Reports blendshapes that the avatar lacks; they have no effect. */
    private void warnAboutMissing(Avatar avatar) {
        for (String name : blendshapes.keySet()) {
            boolean present = avatar.rig().stream()
                    .flatMap(rig -> rig.targets().stream())
                    .anyMatch(target -> target.name().equals(name));
            if (!present) {
                err().println("render: warning: " + avatar.source() + " has no blendshape " + name);
                err().flush();
            }
        }
    }

    private void reportFindings(Avatar avatar) {
        if (avatar.findings().invalidGaussians() > 0) {
            err().println("render: warning: " + avatar.findings().invalidGaussians() + " of "
                    + avatar.cloud().count() + " Gaussians have invalid values and are not rendered");
        }
        avatar.findings().notes().forEach(note -> err().println("render: " + avatar.source() + ": " + note));
        err().flush();
    }

    /** The camera of image {@code index} of a turntable of {@code count}. */
    private Camera view(Avatar avatar, int index, int count) {
        Framing f = avatar.framing();
        boolean placed = camera != null || lookAt != null || up != null || fov != null;
        float framedNear = !placed ? f.near() : avatar.rig().isPresent() ? AVATAR_NEAR : SCENE_NEAR;
        Triple eye = camera != null ? camera.minus(avatar.origin()) : new Triple(f.eyeX(), f.eyeY(), f.eyeZ());
        Triple target =
                lookAt != null ? lookAt.minus(avatar.origin()) : new Triple(f.targetX(), f.targetY(), f.targetZ());
        Triple upward = up != null ? up : new Triple(f.upX(), f.upY(), f.upZ());
        float distance = near != null ? near : framedNear;
        if (!(distance > 0)) {
            throw usage(new IllegalArgumentException("--near " + distance + ": expected a number greater than 0"));
        }
        try {
            return Camera.lookAt(
                    Turntable.eye(eye, target, upward, index, count).toArray(),
                    target.toArray(),
                    upward.toArray(),
                    fov != null ? fov : f.fovDegrees(),
                    resolution.width(),
                    resolution.height(),
                    distance);
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
    }

    private void draw(Avatar avatar, Sequence sequence, Path file, OutputFormat format) throws IOException {
        float[] behind = background.toArray();
        Framebuffer image = new Framebuffer(resolution.width(), resolution.height(), behind[0], behind[1], behind[2]);
        boolean compensated = antialiased.applies(avatar.cloud().antialiased);
        try (ImageRenderer renderer =
                new ImageRenderer(avatar, posers.apply(avatar), rasterizer(), compensated, image)) {
            if (sheetIntensity != null) {
                ContactSheet sheet = sheet();
                for (int i = 0; i < sequence.count(); i++) {
                    sheet.add(
                            i, rendered(renderer, sequence, i), EMOTIONS.get(i).label());
                }
                PngFile.write(sheet.image(), file);
            } else if (isSequence()) {
                drawSequence(renderer, sequence, file, format);
            } else {
                PngFile.write(rendered(renderer, sequence, 0), file);
            }
        } catch (CudaException | MemoryBudgetException e) {
            throw new BackendException(e);
        }
    }

    private void drawSequence(ImageRenderer renderer, Sequence sequence, Path file, OutputFormat format)
            throws IOException {
        RenderProgress progress = new RenderProgress(err(), Ticker.system(), sequence.count());
        try (FrameWriter writer = format == OutputFormat.PNG
                ? new PngSequence(file)
                : VideoFile.create(file, format, resolution.width(), resolution.height(), framesPerSecond(), FFMPEG)) {
            for (int i = 0; i < sequence.count(); i++) {
                writer.write(rendered(renderer, sequence, i));
                progress.report(i + 1);
            }
            writer.finish();
        }
    }

    private static Framebuffer rendered(ImageRenderer renderer, Sequence sequence, int index) {
        return renderer.render(
                sequence.expressions().apply(index), sequence.cameras().apply(index));
    }

    private Rasterizer rasterizer() {
        return switch (backend) {
            case REFERENCE -> new ReferenceRasterizer();
            case CPU -> new CpuRasterizer(Runtime.getRuntime().availableProcessors(), TileKernels.fastest());
            case CUDA -> openGpu();
        };
    }

    private Rasterizer openGpu() {
        try {
            return cuda.get();
        } catch (CudaException | IllegalArgumentException | IllegalStateException e) {
            throw new BackendException(e);
        }
    }

    /** The requested backend is unavailable on this machine. */
    private static final class BackendException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BackendException(RuntimeException cause) {
            super("CUDA backend unavailable: " + cause.getMessage(), cause);
        }
    }

    /** Accepts lower-case names. */
    static final class AntialiasingConverter implements ITypeConverter<Antialiasing> {
        @Override
        public Antialiasing convert(String text) {
            for (Antialiasing mode : Antialiasing.values()) {
                if (mode.name().equalsIgnoreCase(text)) {
                    return mode;
                }
            }
            throw new TypeConversionException("'" + text + "': expected on, off or auto");
        }
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec, "set by the parser");
    }

    private PrintWriter err() {
        return spec().commandLine().getErr();
    }

    private ParameterException usage(IllegalArgumentException e) {
        return new ParameterException(spec().commandLine(), String.valueOf(e.getMessage()), e);
    }

    private int fail(int code, String message) {
        err().println("render: " + message);
        err().flush();
        return code;
    }
}
