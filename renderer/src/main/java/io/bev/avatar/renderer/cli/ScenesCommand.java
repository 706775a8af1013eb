package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.bench.SceneExport;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.io.AvatarSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code scenes}: exports the scenes of {@code bench --backend cuda} for other renderers. */
@Command(
        name = "scenes",
        sortOptions = false,
        description =
                "Exports the scenes that bench --backend cuda measures, with camera and image, for other renderers.",
        footer = {"", "Exit codes: 0 success, 64 usage error, 66 model unusable, 73 output not writable."})
public final class ScenesCommand implements Callable<Integer> {

    private final AvatarSource avatars;
    private final Supplier<Rasterizer> rasterizers;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "DIRECTORY", description = "Output directory; created if missing.")
    private @Nullable Path directory;

    @Option(names = "--model", paramLabel = "FILE", description = "Export this avatar at rest instead, as model.ply.")
    private @Nullable Path model;

    @Option(
            names = "--height",
            paramLabel = "LINES",
            defaultValue = "1080",
            description = "Height of the images, 16 to 2160; the width is 16/9 of it (default: ${DEFAULT-VALUE}).")
    private int height;

    @Option(names = "--reference", description = "Render the images with the slow reference rasteriser.")
    private boolean reference;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean helpRequested;

    /** @param rasterizers creates the rasteriser */
    public ScenesCommand(AvatarSource avatars, Supplier<Rasterizer> rasterizers) {
        this.avatars = avatars;
        this.rasterizers = rasterizers;
    }

    @Override
    public Integer call() {
        if (height < 16 || height > 2160) {
            return fail(ExitCodes.USAGE, "--height " + height + ": expected 16 to 2160");
        }
        Optional<Avatar> avatar;
        try {
            avatar = model == null ? Optional.empty() : Optional.of(avatars.load(Optional.of(model)));
        } catch (IOException e) {
            return fail(ExitCodes.NO_INPUT, String.valueOf(e.getMessage()));
        }
        try (Rasterizer rasterizer = reference ? new ReferenceRasterizer() : rasterizers.get()) {
            SceneExport export = new SceneExport(
                    Objects.requireNonNull(directory, "required by the parser"), rasterizer, height * 16 / 9, height);
            if (avatar.isPresent()) {
                export.write("model", avatar.get());
            } else {
                export.synthetic();
            }
            return ExitCodes.OK;
        } catch (IOException e) {
            return fail(ExitCodes.CANNOT_CREATE, "cannot write to " + directory + ": " + ErrorText.of(e));
        }
    }

    private int fail(int code, String message) {
        PrintWriter err =
                Objects.requireNonNull(spec, "set by the parser").commandLine().getErr();
        err.println("scenes: " + message);
        err.flush();
        return code;
    }
}
