package io.bev.avatar.renderer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.cli.OneLineErrors;
import io.bev.avatar.renderer.DefaultRendererComponents;
import io.bev.avatar.renderer.bench.BenchEncoder;
import io.bev.avatar.renderer.bench.CudaBenchmark;
import io.bev.avatar.renderer.bench.RenderBenchmark;
import io.bev.avatar.splat.pose.Posers;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.cpu.CpuRasterizer;
import io.bev.avatar.splat.raster.cpu.TileKernels;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Entry point; the only class that ends the process. */
@Command(
        name = "avatar",
        description = "Real-time renderer of Gaussian avatars. Without a command: serve.",
        mixinStandardHelpOptions = true,
        versionProvider = RendererMain.Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class RendererMain implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(RendererMain.class);

    /** Without memory a log line may fail; this one needs none. */
    private static final byte[] OUT_OF_MEMORY = ("java.lang.OutOfMemoryError: the heap is too small, exiting with "
                    + ExitCodes.OUT_OF_MEMORY + "; raise -Xmx in BEV_AVATAR_JAVA_OPTIONS\n")
            .getBytes(UTF_8);

    private static final FileOutputStream STDERR = new FileOutputStream(FileDescriptor.err);

    private RendererMain() {}

    public static void main(String[] arguments) {
        Thread.setDefaultUncaughtExceptionHandler((thread, fault) -> {
            // A process with dead threads must not keep running; halt skips the shutdown hooks, which could block.
            try {
                if (fault instanceof OutOfMemoryError) {
                    STDERR.write(OUT_OF_MEMORY);
                }
                LOG.error("thread {} died, exiting", thread.getName(), fault);
            } catch (IOException e) {
                LOG.error("no access to standard error", e);
            } finally {
                Runtime.getRuntime()
                        .halt(fault instanceof OutOfMemoryError ? ExitCodes.OUT_OF_MEMORY : ExitCodes.SOFTWARE);
            }
        });
        System.exit(execute(
                System.getenv(),
                new PrintWriter(System.out, true, UTF_8),
                new PrintWriter(System.err, true, UTF_8),
                arguments));
    }

    /** Runs one command line and returns the exit code. */
    static int execute(Map<String, String> environment, PrintWriter out, PrintWriter err, String... arguments) {
        // Skips picocli for the service, which saves about 0.1 s at start-up.
        if (arguments.length == 0 || (arguments.length == 1 && arguments[0].equals("serve"))) {
            return ServeCommand.run(environment, err);
        }
        return commands(environment).setOut(out).setErr(err).execute(arguments);
    }

    private static CommandLine commands(Map<String, String> environment) {
        CommandLine commands = new CommandLine(new RendererMain());
        CommandLineGpu gpu = new CommandLineGpu(environment);
        commands.addSubcommand(new ServeCommand(environment));
        commands.addSubcommand(new ReloadCommand(environment));
        commands.addSubcommand(new McpCommand(environment));
        commands.addSubcommand(new OsintCommand(environment));
        commands.addSubcommand(new RenderCommand(DefaultRendererComponents::load, Posers::of, gpu::open));
        commands.addSubcommand(new CommandLine(new RenderBenchCommand(List.of(renderBenchmark(), cudaBenchmark(gpu)))));
        commands.addSubcommand(new ScenesCommand(DefaultRendererComponents::load, RendererMain::rasterizer));
        commands.addSubcommand(
                new EmotionTestCommand(DefaultRendererComponents::load, Posers::of, RendererMain::rasterizer));
        return OneLineErrors.install(commands);
    }

    private static Rasterizer rasterizer() {
        return new CpuRasterizer(Runtime.getRuntime().availableProcessors(), TileKernels.fastest());
    }

    private static RenderBenchmark renderBenchmark() {
        return new RenderBenchmark(
                DefaultRendererComponents::load,
                Posers::of,
                threads -> new CpuRasterizer(threads, TileKernels.fastest()),
                new BenchEncoder());
    }

    private static CudaBenchmark cudaBenchmark(CommandLineGpu gpu) {
        return new CudaBenchmark(DefaultRendererComponents::load, Posers::of, gpu::open, new BenchEncoder());
    }

    /** Called without a command; only {@code --help} and {@code --version} are valid then. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(new CommandLine(this), "missing command, expected for example serve");
    }

    /** Versions of the renderer and of Java. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "avatar-renderer " + ServeCommand.version(),
                "Java " + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")"
            };
        }
    }
}
