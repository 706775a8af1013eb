package io.bev.avatar.renderer.mcp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Standard input and output of one MCP client, one JSON-RPC message per line. The input ends when its requests have been answered:
 * the SDK drops the answers of a client that closes its side after the last request, as a pipe in a shell does.
 */
final class StdioExchange {

    private static final JsonFactory JSON = new JsonFactory();

    private final Duration limit;
    private final Set<String> open = new HashSet<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final InputStream input;
    private final OutputStream output;

    /** @param limit limit of the wait for the last answers */
    StdioExchange(InputStream in, OutputStream out, Duration limit) {
        this.limit = limit;
        this.input = new Requests(in);
        this.output = new Answers(out);
    }

    InputStream input() {
        return input;
    }

    OutputStream output() {
        return output;
    }

    /** Waits for the end of the input and of its answers. */
    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    private synchronized void requested(String id, boolean method) {
        if (method) {
            open.add(id);
        }
    }

    private synchronized void answered(String id, boolean method) {
        if (!method && open.remove(id)) {
            notifyAll();
        }
    }

    private synchronized void awaitAnswers() throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        try {
            for (long left = limit.toNanos(); !open.isEmpty() && left > 0; left = end - System.nanoTime()) {
                wait(Math.max(1, left / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Requests extends FilterInputStream {

        private final Lines lines = new Lines(StdioExchange.this::requested);

        Requests(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            if (read < 0 && lines.unfinished()) {
                // The SDK takes a last line without a line feed only at the end, which waits for its answer.
                lines.add('\n');
                bytes[offset] = '\n';
                return 1;
            }
            if (read < 0) {
                awaitAnswers();
                ended.countDown();
            }
            for (int i = 0; i < read; i++) {
                lines.add(bytes[offset + i]);
            }
            return read;
        }
    }

    private final class Answers extends FilterOutputStream {

        private final Lines lines = new Lines(StdioExchange.this::answered);

        Answers(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
            lines.add(one);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            for (int i = 0; i < length; i++) {
                lines.add(bytes[offset + i]);
            }
        }
    }

    /** Reports id and presence of a method of each message with an id. */
    private static final class Lines {

        private final BiConsumer<String, Boolean> messages;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Lines(BiConsumer<String, Boolean> messages) {
            this.messages = messages;
        }

        boolean unfinished() {
            return line.size() > 0;
        }

        void add(int one) {
            if (one != '\n') {
                line.write(one);
                return;
            }
            String id = null;
            boolean method = false;
            try (JsonParser parser = JSON.createParser(line.toByteArray())) {
                if (parser.nextToken() == JsonToken.START_OBJECT) {
                    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                        JsonToken value = parser.nextToken();
                        method |= name.equals("method");
                        id = name.equals("id") && value != JsonToken.VALUE_NULL ? parser.getText() : id;
                        parser.skipChildren();
                    }
                }
            } catch (IOException e) {
                id = null; // the SDK reports it
            }
            line.reset();
            report(id, method);
        }

        private void report(@Nullable String id, boolean method) {
            if (id != null) {
                messages.accept(id, method);
            }
        }
    }
}
