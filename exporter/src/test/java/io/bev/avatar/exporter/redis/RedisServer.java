package io.bev.avatar.exporter.redis;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A real Redis on a free loopback port, for tests. */
public final class RedisServer implements AutoCloseable {

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

    /** Skips the test where redis-server is not installed. */
    public static RedisServer start(Path directory, String... options) throws IOException {
        Assumptions.assumeTrue(installed("redis-server"), "redis-server is not installed");
        int port = freePort();
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
        RedisServer node = start(directory, "--cluster-enabled", "yes", "--cluster-port", Integer.toString(freePort()));
        node.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        while (!node.bulk("CLUSTER", "INFO").strip().equals("cluster_state:ok")) {
            pause();
        }
        return node;
    }

    /** A Sentinel that monitors {@code master} under the name {@code avatar}. */
    static RedisServer sentinel(Path directory, RedisServer master) throws IOException {
        int port = freePort();
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

    /** Version of the redis-server on the PATH, such as 7.0.15. */
    public static String version() throws IOException {
        Process asked = new ProcessBuilder("redis-server", "--version").start();
        String output = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output.replaceFirst("(?s).*\\bv=([0-9.]+).*", "$1");
    }

    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    static boolean installed(String program) {
        for (String path : System.getenv("PATH").split(File.pathSeparator, -1)) {
            if (new File(path, program).canExecute()) {
                return true;
            }
        }
        return false;
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
                if (socket.getInputStream().read() > 0) {
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
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String line = String.join(" ", words) + "\r\n";
            socket.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            return String.valueOf(in.readLine());
        }
    }

    /** Content of a bulk reply of one line; "nil" for a null reply. */
    public String bulk(String... words) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String line = String.join(" ", words) + "\r\n";
            socket.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            return "$-1".equals(in.readLine()) ? "nil" : String.valueOf(in.readLine());
        }
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Kills the server, like a crash. */
    public void stop() {
        process = process.destroyForcibly();
        process.onExit().join();
    }

    public void restart() throws IOException {
        process = launch();
        awaitAnswer();
    }

    /** Stops the process (SIGSTOP): sockets stay open, no replies. */
    public void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    public void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", name, Long.toString(process.pid())).start().waitFor();
    }

    @Override
    public void close() {
        stop();
    }
}
