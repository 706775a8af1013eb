package io.bev.avatar.exporter.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.exporter.config.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether Docker runs and its socket answers {@code GET /_ping} and {@code GET /version}. */
public final class DockerCheck implements Check {

    /** Tells the state of a systemd unit, empty where systemd or the unit is not there. */
    @FunctionalInterface
    public interface UnitState {
        Optional<String> of(String unit) throws InterruptedException;
    }

    private static final int OK = 200;
    private static final String EXPECTED = "Docker active, its socket answering";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path socket;
    private final Requirement need;
    private final UnitState units;

    public DockerCheck(Path socket, Requirement need, UnitState units) {
        this.socket = socket;
        this.need = need;
        this.units = units;
    }

    @Override
    public String name() {
        return "docker";
    }

    @Override
    public List<CheckResult> run() throws InterruptedException {
        Optional<String> unit = units.of("docker.service");
        String state = unit.map(s -> "docker.service is " + s + ", ").orElse("");
        CheckResult result;
        try {
            String version = version();
            boolean active = unit.isEmpty() || unit.get().equals("active");
            result = active
                    ? CheckResult.ok(name(), version + " at " + socket, EXPECTED)
                    : CheckResult.warning(
                            name(), state + version + " at " + socket, EXPECTED, "see 'systemctl status docker'");
        } catch (IOException e) {
            result = CheckResult.failure(name(), state + why(e), EXPECTED, remedy());
        }
        return List.of(need == Requirement.REQUIRED ? result : result.forgiven("optional"));
    }

    private String version() throws IOException {
        UnixSocketHttp.Answer ping = UnixSocketHttp.get(socket, "/_ping");
        if (ping.status() != OK || !ping.body().strip().equals("OK")) {
            throw new IOException("it answers HTTP " + ping.status() + " to /_ping");
        }
        UnixSocketHttp.Answer version = UnixSocketHttp.get(socket, "/version");
        if (version.status() != OK) {
            throw new IOException("it answers HTTP " + version.status() + " to /version");
        }
        try {
            JsonNode about = JSON.readTree(version.body());
            String number = about.path("Version").asText("");
            if (number.isEmpty()) {
                throw new IOException("its answer to /version names none");
            }
            String engine = about.path("Components").path(0).path("Name").asText("Docker");
            return engine + " " + number + ", API " + about.path("ApiVersion").asText("unknown");
        } catch (JsonProcessingException e) {
            throw new IOException("its answer to /version is not JSON", e);
        }
    }

    private String why(IOException e) {
        if (!Files.exists(socket)) {
            return "no socket " + socket;
        }
        return socket + ": " + e.getMessage();
    }

    private String remedy() {
        return Files.exists(socket) && !Files.isWritable(socket)
                ? "let this user use it: add it to the group docker, then start it again"
                : "start Docker ('systemctl start docker'), mend exporter.check.docker-socket, or set"
                        + " exporter.check.docker: ignored";
    }
}
