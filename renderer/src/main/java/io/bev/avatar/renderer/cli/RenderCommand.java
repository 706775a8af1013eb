package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.config.Antialiasing;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.CpuRasterizer;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.raster.cpu.TileKernels;
import io.bev.avatar.splat.raster.cuda.CudaException;
import io.bev.avatar.splat.raster.cuda.MemoryBudgetException;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.Framing;
import io.bev.avatar.splat.scene.ModelMemory;
import io.bev.avatar.splat.scene.io.AvatarSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code render}: writes one image of an avatar at rest to a file. */
@Command(
        name = "render",
        sortOptions = false,
        description = "Renders one image of an avatar at rest and writes it as PNG.",
        footer = {
            "",
            "Without camera options the framing is that of the web page. Coordinates are in the",
            "file's own axes and units (LAM bundle: its mesh, centred on the mean of the Gaussians).",
            "A heap other than half of the memory: BEV_AVATAR_JAVA_OPTIONS=-Xmx4g.",
            "",
            "Exit codes: 0 success, 64 usage error, 66 model unusable, 69 backend unavailable,",
            "70 internal error, 73 output not writable."
        })
public final class RenderCommand implements Callable<Integer> {

    private static final float AVATAR_NEAR = 0.01f;
    private static final float SCENE_NEAR = 0.2f;

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
            names = "--antialiased",
            paramLabel = "MODE",
            converter = AntialiasingConverter.class,
            arity = "0..1",
            fallbackValue = "on",
            defaultValue = "auto",
            description = "Opacity compensation of thin Gaussians: on, off or auto, as the file declares"
                    + " (default: ${DEFAULT-VALUE}; without MODE: on).")
    private Antialiasing antialiased = Antialiasing.AUTO;

    @Option(names = "--output", paramLabel = "FILE", required = true, description = "PNG file to write.")
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
        Avatar avatar;
        try {
            avatar = avatars.load(Optional.ofNullable(model));
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
        Camera view = view(avatar);
        Framebuffer image;
        try {
            image = draw(avatar, expression, view);
        } catch (BackendException e) {
            return fail(ExitCodes.UNAVAILABLE, e.getMessage() + "; use --backend cpu or reference");
        } catch (OutOfMemoryError e) {
            return fail(
                    ExitCodes.NO_INPUT,
                    String.valueOf(
                            ModelMemory.ofHeap().exhausted(avatar.source(), e).getMessage()));
        }
        Path file = Objects.requireNonNull(output, "required by the parser");
        try {
            PngFile.write(image, file);
        } catch (IOException e) {
            return fail(ExitCodes.CANNOT_CREATE, "cannot write " + file + ": " + ErrorText.of(e));
        }
        return ExitCodes.OK;
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
        return expression;
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

    private Camera view(Avatar avatar) {
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
                    eye.toArray(),
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

    private Framebuffer draw(Avatar avatar, ExpressionFrame expression, Camera view) {
        PosedGaussians splats = avatar.rig().isPresent()
                ? new PosedGaussians(avatar.cloud())
                : PosedGaussians.sharingCentres(avatar.cloud());
        splats.antialiased = antialiased.applies(avatar.cloud().antialiased);
        Poser poser = posers.apply(avatar);
        float[] behind = background.toArray();
        Framebuffer image = new Framebuffer(view.width(), view.height(), behind[0], behind[1], behind[2]);
        try (Rasterizer rasterizer = rasterizer()) {
            if (rasterizer.posesItself()) {
                poser.prepare(expression, splats);
            } else {
                poser.pose(expression, splats);
            }
            rasterizer.render(splats, view, image, new StageTimes());
        } catch (CudaException | MemoryBudgetException e) {
            throw new BackendException(e);
        }
        return image;
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
