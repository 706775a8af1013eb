package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.common.text.SecretRedactor;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.DefaultRendererComponents;
import io.bev.avatar.renderer.Renderer;
import io.bev.avatar.renderer.RendererContext;
import io.bev.avatar.renderer.RendererSettings;
import io.bev.avatar.renderer.StartException;
import io.bev.avatar.renderer.management.jolokia.PlatformMBeans;
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
        SystemdNotifier service =
                SystemdNotifier.of(environment, ProcessHandle.current().pid(), Ticker.system());
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
            SystemdNotifier service, int code, String message, Map<String, String> environment, PrintWriter err) {
        LoggingSystem.ofProcess().refusal(message, environment, err);
        service.failed(code, SecretRedactor.blanked(message));
        service.close();
        return code;
    }

    private static int serve(Map<String, String> environment, SystemdNotifier service) throws StartException {
        RendererSettings settings = RendererSettings.load(environment);
        LoggingSystem.ofProcess().configure(settings.logging(), "renderer", environment);
        PlatformMBeans.removeDangerous(ManagementFactory.getPlatformMBeanServer());
        Clock clock = Clock.systemUTC();
        RendererContext around = new RendererContext(
                service,
                ManagementFactory.getPlatformMBeanServer(),
                clock,
                Ticker.system(),
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()),
                version(),
                () -> RendererSettings.load(environment));
        DefaultRendererComponents assembly =
                new DefaultRendererComponents(settings, environment, clock, around.ticker());
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
