package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.RendererSettings;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.mcp.AvatarMcp;
import io.bev.avatar.renderer.mcp.McpFollower;
import io.bev.avatar.renderer.mcp.McpHttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mcp}: an MCP server beside the running renderer. */
@Command(
        name = "mcp",
        description = {
            "Serves the Model Context Protocol for agents that drive the running avatar: over standard input and output, or"
                    + " with --http over HTTP at http://127.0.0.1:PORT/mcp. With --follow, it is a client of the server at mcp.url"
                    + " (BEV_MCP_SERVER_URL) as well."
        },
        mixinStandardHelpOptions = true,
        versionProvider = RendererMain.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {" 0:the client has disconnected", "78:the configuration or a file is invalid"})
final class McpCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--http", paramLabel = "PORT", description = "Serves HTTP on 127.0.0.1 at this port")
    private @Nullable Integer httpPort;

    @Option(
            names = "--follow",
            description = "Follows the MCP server at mcp.url: its resources and log messages change the avatar by"
                    + " the rules of osint.mcp. Without --http it does nothing else, until it is stopped")
    private boolean follow;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "With --http: file with the bearer token in its first line; required, because web pages and other"
                            + " users reach loopback too")
    private @Nullable Path tokenFile;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "File with the control password in its first line; default: renderer.control-password-file."
                    + " Without it load_model is off")
    private @Nullable Path passwordFile;

    @Option(
            names = "--prometheus",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:9090",
            description = "Prometheus, for get_metrics; default: ${DEFAULT-VALUE}")
    private URI prometheus = URI.create("http://127.0.0.1:9090");

    @Option(names = "--runbooks", paramLabel = "DIRECTORY", description = "Directory of the runbooks")
    private @Nullable Path runbooks;

    private final Map<String, String> environment;
    /** Guards the error output: two threads report. */
    private final Object reports = new Object();

    McpCommand(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            RendererSettings settings = RendererSettings.load(environment);
            RendererConfig config = settings.renderer();
            Optional<String> password = secret(Optional.ofNullable(passwordFile).or(config::controlPasswordFile));
            if (follow) {
                follow(settings, password);
            }
            AvatarMcp mcp = new AvatarMcp(
                    ServeCommand.version(),
                    URI.create("http://127.0.0.1:" + config.port() + "/"),
                    URI.create("http://127.0.0.1:" + config.jolokiaPort() + "/jolokia/"),
                    prometheus,
                    password,
                    Optional.ofNullable(runbooks));
            if (httpPort == null) {
                mcp.serveStdio(System.in, System.out);
            } else {
                serveHttp(mcp, config, httpPort);
            }
            return ExitCodes.OK;
        } catch (ConfigException | IOException e) {
            spec.commandLine().getErr().println("mcp: " + e.getMessage());
            spec.commandLine().getErr().flush();
            return ExitCodes.CONFIG;
        }
    }

    /** Follows on a thread of its own if this process serves HTTP; otherwise for ever. */
    private void follow(RendererSettings settings, Optional<String> password) throws IOException, InterruptedException {
        if (settings.follow().rules().isEmpty()) {
            throw new IOException("--follow: osint.mcp is empty; add rules such as {resource: URI, emotion: focused}");
        }
        McpFollower follower = new McpFollower(
                settings.follow(),
                ServeCommand.version(),
                URI.create("http://127.0.0.1:" + settings.renderer().port() + "/"),
                password,
                this::report);
        if (httpPort == null) {
            follower.run();
        }
        DaemonThreads.start("mcp-follow", () -> {
            try {
                follower.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void report(String line) {
        synchronized (reports) {
            spec.commandLine().getErr().println("mcp: " + line);
            spec.commandLine().getErr().flush();
        }
    }

    private void serveHttp(AvatarMcp mcp, RendererConfig config, int port) throws IOException, InterruptedException {
        if (tokenFile == null) {
            throw new IOException("--http needs --token-file: create one with: openssl rand -hex 32 > mcp-token");
        }
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (McpHttpServer server = mcp.serveHttp(address, config.allowedHosts(), secret(Optional.of(tokenFile)))) {
            report("listening at http://127.0.0.1:" + server.port() + "/mcp");
            new CountDownLatch(1).await();
        }
    }

    private static Optional<String> secret(Optional<Path> file) throws IOException {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        String line;
        try {
            line = BoundedFiles.readString(file.get())
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
        } catch (IOException e) {
            throw new IOException(file.get() + ": expected a readable file: " + ErrorText.of(e), e);
        }
        if (line.isEmpty()) {
            throw new IOException(file.get() + ": found nothing, expected a secret in the first line");
        }
        return Optional.of(line);
    }
}
