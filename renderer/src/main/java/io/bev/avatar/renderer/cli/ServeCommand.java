package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.common.systemd.ListenerStore;
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
import java.lang.management.RuntimeMXBean;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code serve}: runs the renderer until a signal or an operator ends it. */
@Command(
        name = "serve",
        description = "Renders the avatar and serves it to browsers until stopped.",
        mixinStandardHelpOptions = true,
        versionProvider = RendererMain.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:stopped by the shutdown operation",
            " 3:out of Java heap",
            "64:invalid command line",
            "70:internal error; see the log",
            "75:stopped by the restart operation; start it again",
            "78:invalid configuration, unusable model file, or port in use",
            "143:stopped by SIGTERM"
        })
final class ServeCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description =
                    "Avatar model: a LAM bundle (.zip) or a Gaussian splatting file; default: the built-in avatar")
    private @Nullable Path model;

    @Option(names = "--config", paramLabel = "FILE", description = "Configuration file; default: BEV_AVATAR_CONFIG")
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

    /** Serves with the settings of {@code environment}, without a command line; returns the exit code. */
    static int run(Map<String, String> environment, PrintWriter err) {
        SystemdNotifier service =
                SystemdNotifier.of(environment, ProcessHandle.current().pid(), Ticker.system());
        try {
            return serve(environment, service);
        } catch (ConfigException e) {
            return failStart(service, ExitCodes.CONFIG, String.valueOf(e.getMessage()), environment, err);
        } catch (StartException e) {
            LOG.debug("start-up failed", e);
            return failStart(service, e.exitCode(), String.valueOf(e.getMessage()), environment, err);
        }
    }

    private static int failStart(
            SystemdNotifier service, int code, String message, Map<String, String> environment, PrintWriter err) {
        LoggingSystem.ofProcess().fatal(message, environment, err);
        service.failed(code, SecretRedactor.redact(message));
        service.close();
        return code;
    }

    private static int serve(Map<String, String> environment, SystemdNotifier service) throws StartException {
        RendererSettings settings = RendererSettings.load(environment);
        LoggingSystem.ofProcess().configure(settings.logging(), "renderer", environment);
        PlatformMBeans.removeDangerous(ManagementFactory.getPlatformMBeanServer());
        Clock clock = Clock.systemUTC();
        Ticker ticker = Ticker.system();
        RuntimeMXBean process = ManagementFactory.getRuntimeMXBean();
        RendererContext context = new RendererContext(
                service,
                ManagementFactory.getPlatformMBeanServer(),
                clock,
                ticker,
                Instant.ofEpochMilli(process.getStartTime()),
                ticker.nanos() - TimeUnit.MILLISECONDS.toNanos(process.getUptime()),
                version(),
                () -> RendererSettings.load(environment));
        DefaultRendererComponents components = new DefaultRendererComponents(
                settings,
                environment,
                clock,
                context.ticker(),
                ListenerStore.of(environment, ProcessHandle.current().pid(), service, "page"));
        try (Renderer renderer = Renderer.start(settings, components, context)) {
            Thread closing = new Thread(renderer::close, "shutdown");
            Runtime.getRuntime().addShutdownHook(closing);
            return renderer.awaitExit();
        }
    }

    /** Version from the jar's manifest. */
    static String version() {
        String version = ServeCommand.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
