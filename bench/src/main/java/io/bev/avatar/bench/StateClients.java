package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.concurrent.DaemonThreads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Clients that write and read the investigation's name without a pause and record every answer, until closed. */
final class StateClients {

    private static final int WRITERS = 3;
    private static final int READERS = 2;
    private static final long PAUSE_MILLIS = 2;
    private static final long RETRY_MILLIS = 20;
    private static final long STREAM_MILLIS = 50;

    private final StateHistory history;
    private final StackClient client;
    private final String state;
    private final int redisPort;
    private final List<Thread> threads = new ArrayList<>();

    /** One request of a client. */
    @FunctionalInterface
    private interface Request {
        void send(int number) throws IOException, InterruptedException;
    }

    /**
     * @param page base URL of the renderer's page
     * @param redisPort port of Redis; -1 for no writes through the stream
     */
    StateClients(StateHistory history, StackClient client, String page, int redisPort) {
        this.history = history;
        this.client = client;
        this.state = page + "state";
        this.redisPort = redisPort;
        for (int writer = 1; writer <= WRITERS; writer++) {
            String name = "http-" + writer + "-";
            repeat("writer-" + writer, PAUSE_MILLIS, number -> write(name + number));
        }
        for (int reader = 1; reader <= READERS; reader++) {
            repeat("reader-" + reader, PAUSE_MILLIS, number -> read());
        }
        if (redisPort > 0) {
            repeat("stream-writer", STREAM_MILLIS, number -> queue("stream-" + number));
        }
    }

    private void repeat(String name, long pauseMillis, Request request) {
        threads.add(DaemonThreads.start(name, () -> {
            try {
                for (int number = 1; true; number++) {
                    long pause = pauseMillis;
                    try {
                        request.send(number);
                    } catch (IOException e) {
                        pause = RETRY_MILLIS; // killed
                    }
                    Thread.sleep(pause);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private void write(String value) throws IOException, InterruptedException {
        long start = System.nanoTime();
        try {
            JsonNode answer = client.post(state, Map.of("investigation", Map.of("id", value)), "");
            if (answer.path("accepted").asBoolean()) {
                history.written(value, answer.path("seq").asLong(), start, System.nanoTime());
            }
        } catch (IOException e) {
            history.unanswered();
            throw e;
        }
    }

    private void read() throws IOException, InterruptedException {
        long start = System.nanoTime();
        JsonNode answer = client.json(state);
        if (answer.has("seq")) {
            String value = answer.path("investigation").path("id").asText();
            history.read(value, answer.path("seq").asLong(), start, System.nanoTime());
        }
    }

    private void queue(String value) throws IOException, InterruptedException {
        String id = StackClient.redis(
                redisPort, "XADD", "avatar:state:updates", "MAXLEN", "~", "1000", "*", "investigation.id", value);
        if (id.matches("\\d+-\\d+")) {
            history.queued(value);
        }
    }

    void close() {
        threads.forEach(Thread::interrupt);
    }
}
