package io.bev.avatar.renderer;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.log.ProgramLog;
import io.bev.avatar.common.systemd.ServiceManager;
import io.bev.avatar.common.text.Secrets;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.jolokia.PlatformMBeans;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code serve}: the renderer, until a signal or an operator ends it. */
@Command(
        name = "serve",
        description = "Renders the avatar and serves it to browsers until ended.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:ended by the shutdown operation",
            "64:wrong command line",
            "70:a fault inside; the log says which",
            "75:ended by the restart operation, start it again",
            "78:configuration, model file or a port needs a person",
            "143:ended by SIGTERM"
        })
final class ServeCommand implements Callable<Integer> {

    private static final Logger log = LoggerFactory.getLogger(ServeCommand.class);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "Avatar: a LAM bundle (.zip) or a Gaussian splatting .ply; without, the built-in one")
    private @Nullable Path model;

    @Option(names = "--config", paramLabel = "FILE", description = "Configuration; else BEV_AVATAR_CONFIG names it")
    private @Nullable Path config;

    private final Map<String, String> environment;

    ServeCommand(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Integer call() {
        Map<String, String> effective = new HashMap<>(environment);
        if (model != null) {
            effective.put("BEV_AVATAR_MODEL", model.toString());
        }
        if (config != null) {
            effective.put("BEV_AVATAR_CONFIG", config.toString());
        }
        return run(effective, spec.commandLine().getErr());
    }

    /** Serves as {@code environment} says, without a look at a command line; answers the exit code. */
    static int run(Map<String, String> environment, PrintWriter err) {
        ServiceManager service =
                ServiceManager.of(environment, ProcessHandle.current().pid(), Ticker.system());
        try {
            return serve(environment, service);
        } catch (ConfigException e) {
            return refuse(service, ExitCodes.CONFIG, String.valueOf(e.getMessage()), environment, err);
        } catch (StartException e) {
            log.debug("start", e);
            return refuse(service, e.exitCode(), String.valueOf(e.getMessage()), environment, err);
        }
    }

    private static int refuse(
            ServiceManager service, int code, String message, Map<String, String> environment, PrintWriter err) {
        ProgramLog.ofProcess().refusal(message, environment, err);
        service.failed(code, Secrets.blanked(message));
        service.close();
        return code;
    }

    private static int serve(Map<String, String> environment, ServiceManager service) throws StartException {
        RendererSettings settings = RendererSettings.load(environment);
        ProgramLog.ofProcess().configure(settings.logging(), "renderer", environment);
        PlatformMBeans.removeDangerous(ManagementFactory.getPlatformMBeanServer());
        Clock clock = Clock.systemUTC();
        Surroundings around = new Surroundings(
                service,
                ManagementFactory.getPlatformMBeanServer(),
                clock,
                Ticker.system(),
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()),
                version(),
                () -> RendererSettings.load(environment));
        StandardAssembly assembly = new StandardAssembly(settings, environment, clock, around.ticker());
        try (Renderer renderer = Renderer.start(settings, assembly, around)) {
            Thread closing = new Thread(renderer::close, "shutdown");
            Runtime.getRuntime().addShutdownHook(closing);
            return renderer.awaitExit();
        }
    }

    /** Version of the program, as in its jar. */
    static String version() {
        String version = ServeCommand.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
