package io.bev.avatar.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Viewers of other projects on a machine without a GPU: two in headless Chromium, whose WebGL is SwiftShader, and the image writer
 * of splat-transform, whose WebGPU is the same SwiftShader. Their npm packages are downloaded into a temporary directory.
 */
final class OtherViewers implements AutoCloseable {

    static final String LAM = "gaussian-splat-renderer-for-lam";
    static final String SPLATS_3D = "@mkkellogg/gaussian-splats-3d";
    static final String SPLAT_TRANSFORM = "@playcanvas/splat-transform";

    private static final long INSTALL_SECONDS = 180;
    private static final long RENDER_SECONDS = 120;
    private static final int FEW_SAMPLES = 2;
    private static final int MANY_SAMPLES = 8;

    /** One viewer's speed and image, [height, width, 3] RGB, at rest. */
    record Result(double fps, int frames, byte[] image, String renderer) {}

    private final Path directory;
    private final Path chromium;
    private final HttpServer server;
    private final int browser;

    /**
     * Installs the packages and starts the browser.
     *
     * @param directory existing directory with {@code model.ply}, {@code model.json} and {@code model.zip}
     * @throws IOException when npm fails
     */
    OtherViewers(Sandbox sandbox, Path directory, Path chromium, Path npm) throws IOException, InterruptedException {
        this.directory = directory.toAbsolutePath().normalize();
        this.chromium = chromium;
        run(
                INSTALL_SECONDS,
                Map.of(),
                List.of(
                        npm.toString(),
                        "install",
                        "--no-audit",
                        "--no-fund",
                        "--ignore-scripts",
                        "--no-package-lock",
                        "--cache=" + this.directory.resolve("npm-cache"),
                        "--prefix=" + this.directory,
                        LAM,
                        SPLATS_3D,
                        SPLAT_TRANSFORM,
                        "three"));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", this::serve);
        server.start();
        browser = ChromiumPage.startBrowser(
                sandbox,
                chromium.toString(),
                "--use-gl=angle",
                "--use-angle=swiftshader",
                "--enable-unsafe-swiftshader");
    }

    /** Version of an installed package. */
    String version(String name) throws IOException {
        Path description = directory.resolve("node_modules").resolve(name).resolve("package.json");
        return StackClient.JSON
                .readTree(Files.readString(description))
                .path("version")
                .asText();
    }

    /** Measures a viewer for some seconds. */
    Result measure(String name, int seconds) throws IOException, InterruptedException {
        return name.equals(SPLAT_TRANSFORM) ? splatTransform() : browser(name, seconds);
    }

    private Result browser(String name, int seconds) throws IOException, InterruptedException {
        try (ChromiumPage page = ChromiumPage.open(browser, url("browser-viewers.html"), "")) {
            page.await("typeof measure === 'function' && document.readyState === 'complete'");
            ObjectNode scene = (ObjectNode) camera();
            scene.put("url", url(name.equals(LAM) ? "model.zip" : "model.ply")).put("seconds", seconds);
            JsonNode answer = page.evaluate("measure('" + name.substring(name.indexOf('/') + 1) + "', " + scene + ")");
            return new Result(
                    answer.path("frames").asInt() * 1000 / answer.path("millis").asDouble(),
                    answer.path("frames").asInt(),
                    Base64.getDecoder().decode(answer.path("image").asText()),
                    answer.path("renderer").asText());
        }
    }

    /** Motion blur without motion renders the same image N times: two lengths give the time of one. */
    private Result splatTransform() throws IOException, InterruptedException {
        Path driver = vulkanDriver();
        render(driver, 1);
        double few = render(driver, FEW_SAMPLES);
        double many = render(driver, MANY_SAMPLES);
        int frames = MANY_SAMPLES - FEW_SAMPLES;
        if (!(many > few)) {
            throw new IOException(
                    MANY_SAMPLES + " images took no longer than " + FEW_SAMPLES + "; repeat on an idle machine");
        }
        JsonNode view = camera();
        try (ChromiumPage page = ChromiumPage.open(browser, url("browser-viewers.html"), "")) {
            page.await("typeof decode === 'function' && document.readyState === 'complete'");
            String image = page.evaluate("decode('" + url("image.webp") + "', "
                            + view.path("width").asInt() + ", "
                            + view.path("height").asInt() + ")")
                    .asText();
            return new Result(frames / (many - few), frames, Base64.getDecoder().decode(image), "WebGPU (SwiftShader)");
        }
    }

    private double render(Path driver, int samples) throws IOException, InterruptedException {
        JsonNode view = camera();
        double[] m = new double[12];
        for (int i = 0; i < m.length; i++) {
            m[i] = view.path("worldToCamera").path(i).asDouble();
        }
        double[] eye = new double[3];
        double[] target = new double[3];
        for (int i = 0; i < 3; i++) {
            eye[i] = -(m[i] * m[3] + m[4 + i] * m[7] + m[8 + i] * m[11]);
            target[i] = eye[i] + m[8 + i];
        }
        double fov = 2
                * Math.toDegrees(Math.atan(
                        view.path("height").asDouble() / 2 / view.path("focal").asDouble()));
        List<String> command = new ArrayList<>(List.of(
                Installation.find("node")
                        .orElseThrow(() -> new IOException("node is not installed; apt-get install nodejs"))
                        .toString(),
                directory
                        .resolve("node_modules")
                        .resolve(SPLAT_TRANSFORM)
                        .resolve("bin/cli.mjs")
                        .toString(),
                "--quiet",
                "--overwrite",
                directory.resolve("model.ply").toString()));
        command.addAll(List.of("--camera", inItsAxes(eye), "--camera-end", inItsAxes(eye)));
        command.addAll(List.of("--look-at", inItsAxes(target)));
        command.addAll(List.of("--up", inItsAxes(new double[] {-m[4], -m[5], -m[6]})));
        command.addAll(List.of(
                "--fov", Double.toString(fov), "--near", view.path("near").asText()));
        command.addAll(List.of("--resolution", view.path("width") + "x" + view.path("height")));
        command.addAll(List.of("--motion-samples", Integer.toString(samples)));
        command.add(directory.resolve("image.webp").toString());
        long start = System.nanoTime();
        run(RENDER_SECONDS, Map.of("VK_DRIVER_FILES", driver.toString()), command);
        return (System.nanoTime() - start) * 1e-9;
    }

    /** It turns the axes of .ply files by half a turn about z. */
    private static String inItsAxes(double[] v) {
        return -v[0] + "," + -v[1] + "," + v[2];
    }

    /** Chromium's own SwiftShader. */
    private Path vulkanDriver() throws IOException {
        List<Path> places = List.of(
                chromium.toRealPath().resolveSibling("vk_swiftshader_icd.json"),
                Path.of("/usr/lib/chromium/vk_swiftshader_icd.json"));
        return places.stream()
                .filter(Files::isReadable)
                .findFirst()
                .orElseThrow(() -> new IOException("no software Vulkan driver: expected one of " + places));
    }

    private JsonNode camera() throws IOException {
        return StackClient.JSON.readTree(Files.readString(directory.resolve("model.json")));
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + path;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath().substring(1);
            Optional<InputStream> content = content(path);
            if (content.isEmpty()) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            String type = path.endsWith(".js")
                    ? "text/javascript"
                    : path.endsWith(".html") ? "text/html" : "application/octet-stream";
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, 0);
            try (InputStream in = content.get();
                    OutputStream out = exchange.getResponseBody()) {
                in.transferTo(out);
            }
        }
    }

    private Optional<InputStream> content(String path) throws IOException {
        InputStream resource = path.startsWith("browser-viewers.") ? getClass().getResourceAsStream("/" + path) : null;
        if (resource != null) {
            return Optional.of(resource);
        }
        Path file = directory.resolve(path).normalize();
        return file.startsWith(directory) && Files.isRegularFile(file)
                ? Optional.of(Files.newInputStream(file))
                : Optional.empty();
    }

    /** Runs a command in the directory; its output is part of an error. */
    private void run(long seconds, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path log = directory.resolve("command.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            if (!ended || process.exitValue() != 0) {
                String text = new String(Files.readAllBytes(log), UTF_8).strip();
                throw new IOException(Path.of(command.get(0)).getFileName()
                        + (ended ? " failed: " : " took more than " + seconds + " s: ")
                        + text.substring(Math.max(0, text.length() - 400)).replaceAll("\\s+", " "));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
