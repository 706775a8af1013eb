package io.bev.avatar.exporter.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.exporter.config.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Checks that Docker runs and its socket responds to {@code GET /_ping} and {@code GET /version}. */
public final class DockerCheck implements Check {

    /** Reads the state of a systemd unit; empty if systemd or the unit does not exist. */
    @FunctionalInterface
    public interface UnitState {
        Optional<String> of(String unit) throws InterruptedException;
    }

    private static final int OK = 200;
    private static final String EXPECTED = "Docker active and its socket responding";

    private final Path socket;
    private final Requirement requirement;
    private final UnitState units;

    public DockerCheck(Path socket, Requirement requirement, UnitState units) {
        this.socket = socket;
        this.requirement = requirement;
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
                            name(), state + version + " at " + socket, EXPECTED, "check 'systemctl status docker'");
        } catch (IOException e) {
            result = CheckResult.failure(name(), state + reason(e), EXPECTED, remedy());
        }
        return List.of(requirement == Requirement.REQUIRED ? result : result.notHere("optional"));
    }

    private String version() throws IOException {
        UnixSocketHttp.Answer ping = UnixSocketHttp.get(socket, "/_ping");
        if (ping.status() != OK || !ping.body().strip().equals("OK")) {
            throw new IOException("/_ping returned HTTP " + ping.status());
        }
        UnixSocketHttp.Answer version = UnixSocketHttp.get(socket, "/version");
        if (version.status() != OK) {
            throw new IOException("/version returned HTTP " + version.status());
        }
        try {
            JsonNode about = JsonTrees.JSON.read(version.body());
            String number = about.path("Version").asText("");
            if (number.isEmpty()) {
                throw new IOException("/version returned no version");
            }
            String engine = about.path("Components").path(0).path("Name").asText("Docker");
            return engine + " " + number + ", API " + about.path("ApiVersion").asText("unknown");
        } catch (JsonProcessingException e) {
            throw new IOException("/version returned invalid JSON", e);
        }
    }

    private String reason(IOException e) {
        if (!Files.exists(socket)) {
            return "socket " + socket + " does not exist";
        }
        return socket + ": " + e.getMessage();
    }

    private String remedy() {
        return Files.exists(socket) && !Files.isWritable(socket)
                ? "add this user to group docker and start the service again"
                : "start Docker ('systemctl start docker'), fix exporter.check.docker-socket, or set"
                        + " exporter.check.docker: ignored";
    }
}
