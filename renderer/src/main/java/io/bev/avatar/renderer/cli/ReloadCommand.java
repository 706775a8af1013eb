package io.bev.avatar.renderer.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.RendererSettings;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.management.jolokia.ControlPassword;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code reload}: makes the running renderer reload its configuration, as {@code systemctl reload} does. */
@Command(
        name = "reload",
        description = {
            "Reloads the configuration of the running renderer and lists the changes that need a restart.",
            "Model, resolution and frame rates change immediately, without losing a frame. An invalid configuration"
                    + " changes nothing."
        },
        mixinStandardHelpOptions = true,
        versionProvider = RendererMain.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:done",
            "69:the renderer does not respond, or its control operations are off",
            "78:the configuration is invalid; nothing changed"
        })
final class ReloadCommand implements Callable<Integer> {

    private static final int UNAVAILABLE = 69;
    private static final Duration RELOAD_TIMEOUT = Duration.ofSeconds(60);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "File with the control password in its first line; default: renderer.control-password-file")
    private @Nullable Path passwordFile;

    private final Map<String, String> environment;

    ReloadCommand(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        RendererConfig config;
        try {
            config = RendererSettings.load(environment).renderer();
        } catch (ConfigException e) {
            return fail(ExitCodes.CONFIG, "nothing changed; " + e.getMessage());
        }
        Optional<Path> file = Optional.ofNullable(passwordFile).or(config::controlPasswordFile);
        if (file.isEmpty()) {
            return fail(
                    UNAVAILABLE,
                    "reload: renderer.control-password-file is not set, so control operations are off; set it, or"
                            + " restart");
        }
        String password;
        try {
            password = BoundedFiles.readString(file.get())
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
        } catch (IOException e) {
            return fail(
                    UNAVAILABLE, "reload: " + file.get() + ": expected a readable password file: " + ErrorText.of(e));
        }
        try {
            JsonNode response = execReload(config.jolokiaPort(), password);
            String error = response.path("error").asText("");
            if (!error.isEmpty()) {
                return fail(UNAVAILABLE, "reload: " + error.replaceFirst("^[\\w.]+Exception : ", ""));
            }
            spec.commandLine()
                    .getOut()
                    .println("reload: " + response.path("value").asText());
            spec.commandLine().getOut().flush();
            return ExitCodes.OK;
        } catch (IOException e) {
            return fail(
                    UNAVAILABLE,
                    "reload: no response from the renderer at port " + config.jolokiaPort() + " (" + ErrorText.of(e)
                            + "); is it running?");
        }
    }

    private static JsonNode execReload(int port, String password) throws IOException, InterruptedException {
        String credentials = ControlPassword.USER + ":" + password;
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/jolokia/"))
                .timeout(RELOAD_TIMEOUT)
                .header("Content-Type", "application/json")
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"type\":\"exec\",\"mbean\":\"bev.avatar:type=Renderer\",\"operation\":\"reload\"}"))
                .build();
        HttpResponse<String> response = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build()
                .send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("HTTP " + response.statusCode() + ": "
                    + response.body().lines().findFirst().orElse(""));
        }
        return JSON.readTree(response.body());
    }

    private int fail(int code, String message) {
        spec.commandLine().getErr().println(message);
        spec.commandLine().getErr().flush();
        return code;
    }
}
