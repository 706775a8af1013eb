package io.bev.avatar.testkit;

import io.bev.avatar.cds.FreePorts;
import io.bev.avatar.cds.Installation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A real {@code redis-server} on a free loopback port, with its data in a directory. */
public final class RedisServer implements AutoCloseable {

    private static final long STOP_TIMEOUT_SECONDS = 10;

    private final int port;
    private final Path directory;
    private final List<String> command;
    private Process process;

    private RedisServer(int port, Path directory, List<String> command) throws IOException {
        this.port = port;
        this.directory = directory;
        this.command = command;
        this.process = launch();
    }

    /**
     * Starts a server without snapshots; skips the test if redis-server is not installed.
     *
     * @param options additional command-line options
     */
    public static RedisServer start(Path directory, String... options) throws IOException {
        Assumptions.assumeTrue(Installation.find("redis-server").isPresent(), "redis-server is not installed");
        int port = FreePorts.take(1)[0];
        List<String> command = new ArrayList<>(List.of(
                "redis-server",
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                directory.toString()));
        command.addAll(List.of(options));
        RedisServer server = new RedisServer(port, directory, command);
        server.awaitAnswer();
        return server;
    }

    /** A Cluster of one node with all slots, in state ok. */
    public static RedisServer startCluster(Path directory) throws IOException {
        RedisServer node =
                start(directory, "--cluster-enabled", "yes", "--cluster-port", Integer.toString(FreePorts.take(1)[0]));
        String added = node.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        if (!added.equals("+OK")) {
            throw new IOException("CLUSTER ADDSLOTSRANGE: " + added);
        }
        while (!node.bulk("CLUSTER", "INFO").strip().equals("cluster_state:ok")) {
            pause();
        }
        return node;
    }

    /** A Sentinel that monitors {@code master} under the name {@code avatar}. */
    public static RedisServer sentinel(Path directory, RedisServer master) throws IOException {
        int port = FreePorts.take(1)[0];
        Path file =
                Files.writeString(directory.resolve("sentinel.conf"), """
                    port %d
                    bind 127.0.0.1
                    dir %s
                    sentinel monitor avatar 127.0.0.1 %d 1
                    """.formatted(port, directory, master.port()));
        RedisServer server = new RedisServer(port, directory, List.of("redis-server", file.toString(), "--sentinel"));
        server.awaitAnswer();
        return server;
    }

    /** Version of the installed redis-server, such as 7.0.15. */
    public static String version() throws IOException {
        Process asked = new ProcessBuilder("redis-server", "--version").start();
        String output = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output.replaceFirst("(?s).*\\bv=([0-9.]+).*", "$1");
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("redis-" + port + ".log").toFile())
                .start();
    }

    private void awaitAnswer() throws IOException {
        for (int i = 0; i < 500; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
                // Any other reply will do: a password may be required.
                byte[] reply = socket.getInputStream().readNBytes(5);
                if (reply.length > 0 && !new String(reply, StandardCharsets.US_ASCII).equals("-LOAD")) {
                    return;
                }
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new IOException("redis-server ended with " + process.exitValue(), e);
                }
            }
            pause();
        }
        throw new IOException("redis-server does not respond on port " + port);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends one command of words without blanks and returns the first line of the reply. */
    public String command(String... words) throws IOException {
        return reply(words).get(0);
    }

    /** First line of a bulk reply; "nil" for a null reply. */
    public String bulk(String... words) throws IOException {
        List<String> reply = reply(words);
        return reply.get(0).equals("$-1") ? "nil" : reply.get(1);
    }

    /** Size of the reply to {@code INFO all}. */
    public long infoBytes() throws IOException {
        return Long.parseLong(reply("INFO", "all").get(0).substring(1));
    }

    /** The first line of a reply, and the second of a bulk reply. */
    private List<String> reply(String... words) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String line = String.join(" ", words) + "\r\n";
            socket.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String first = String.valueOf(in.readLine());
            return first.startsWith("$") && !first.equals("$-1")
                    ? List.of(first, String.valueOf(in.readLine()))
                    : List.of(first);
        }
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Stops it gracefully (SIGTERM), as systemd does. */
    public void stop() throws IOException {
        signal("-TERM");
        try {
            if (!process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("redis-server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills it (SIGKILL), like a crash. */
    public void kill() {
        process = process.destroyForcibly();
        process.onExit().join();
    }

    /** Starts it again with the same port and data; it may still be loading them. */
    public void restartWithoutWaiting() throws IOException {
        process = launch();
    }

    /** Starts it again with the same port and data. */
    public void restart() throws IOException {
        process = launch();
        awaitAnswer();
    }

    /** Stops the process (SIGSTOP): sockets stay open, no replies. */
    public void freeze() throws IOException {
        signal("-STOP");
    }

    public void thaw() throws IOException {
        signal("-CONT");
    }

    private void signal(String name) throws IOException {
        try {
            new ProcessBuilder("kill", name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
