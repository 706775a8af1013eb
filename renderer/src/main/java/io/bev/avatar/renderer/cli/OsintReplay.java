package io.bev.avatar.renderer.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Sends recorded OSINT events to a running renderer, in their own time. A line is an event with two more fields, which the
 * renderer ignores: {@code after_seconds}, the time since the line before, and {@code say}, words to speak.
 */
final class OsintReplay {

    private static final double MAX_PAUSE_SECONDS = 3600;
    private static final int NOT_FOUND = 404;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final URI renderer;
    private final double speed;
    private final Consumer<String> report;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();

    /**
     * @param renderer base URL
     * @param speed relative to the recording
     * @param report receives one line per event
     */
    OsintReplay(URI renderer, double speed, Consumer<String> report) {
        this.renderer = renderer;
        this.speed = speed;
        this.report = report;
    }

    /** Waits until the renderer is ready. @throws IOException when it is not in time; the message names the remedy */
    void awaitReady(Duration timeout) throws IOException, InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                HttpRequest request = HttpRequest.newBuilder(renderer.resolve("/health/ready"))
                        .timeout(TIMEOUT)
                        .build();
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() - end > 0) {
                    throw new IOException(
                            "the renderer at " + renderer + " does not respond (" + ErrorText.of(e)
                                    + "); start it with ./avatar up or avatar start",
                            e);
                }
            }
            if (System.nanoTime() - end > 0) {
                throw new IOException("the renderer at " + renderer + " is not ready; see its /health");
            }
            Thread.sleep(500);
        }
    }

    /**
     * Sends the events of all lines.
     *
     * @return whether all were accepted
     * @throws IOException when the renderer does not respond
     */
    boolean send(List<String> lines) throws IOException, InterruptedException {
        boolean accepted = true;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                accepted &= sendLine(i + 1, line);
            }
        }
        return accepted;
    }

    private boolean sendLine(int number, String line) throws IOException, InterruptedException {
        JsonNode event;
        try {
            event = JsonTrees.JSON.read(line);
        } catch (IOException e) {
            report.accept("line " + number + ": not JSON, expected an event");
            return false;
        }
        double seconds = Math.max(
                0, Math.min(MAX_PAUSE_SECONDS, event.path("after_seconds").asDouble()));
        Thread.sleep((long) (1000 * seconds / speed));
        HttpResponse<String> response = post("/osint", line);
        boolean accepted = response.statusCode() == 200;
        report.accept("line " + number + ": "
                + (accepted ? "accepted" : response.body().strip()));
        if (event.path("say").isTextual()) {
            ObjectNode say = JsonTrees.object().put("text", event.path("say").textValue());
            HttpResponse<String> spoken = post("/say", say.toString());
            // Speech may be off.
            if (spoken.statusCode() != 200 && spoken.statusCode() != NOT_FOUND) {
                report.accept(
                        "line " + number + ": not spoken: " + spoken.body().strip());
            }
        }
        return accepted;
    }

    private HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(renderer.resolve(path))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
