package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.launcher.LaunchException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The renderer's own {@code bench render} for the built-in avatar and a LAM avatar, and viewers of other projects with the same
 * LAM avatar at 640x360: frames per second and distance of the image to the reference. {@code rounds} is the measuring time of
 * each value in seconds.
 */
final class RenderComparison implements Benchmark {

    static final int WIDTH = 640;
    static final int HEIGHT = 360;
    static final double TARGET_RATIO = 30;
    private static final String OURS = "render.cpu.lam." + WIDTH + "x" + HEIGHT;

    @Override
    public String name() {
        return "render";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException {
        Path model = options.model()
                .orElseThrow(() -> new LaunchException(ExitCodes.USAGE, "render: expected --model FILE, a LAM bundle"));
        Path chromium = required("chromium", "chromium");
        Path npm = required("npm", "npm");
        Installation installation = Installation.of(options.root());
        String seconds = Integer.toString(options.rounds());
        double[] ours = {0};
        progress.accept("render: built-in avatar");
        bench(installation, List.of("--seconds", seconds), results);
        progress.accept("render: " + model.getFileName());
        bench(installation, List.of("--seconds", seconds, "--model", model.toString()), result -> {
            // The clouds were measured with the built-in avatar.
            if (!result.name().startsWith("render.cpu.100k")) {
                results.accept(result);
            }
            if (result.name().equals(OURS + ".fps")) {
                ours[0] = result.value();
            }
        });
        try (Sandbox sandbox = new Sandbox(installation, options.directory())) {
            Path scene = Files.createDirectories(sandbox.directory().resolve("viewers"));
            Path reference = sandbox.directory().resolve("reference");
            export(installation, model, scene);
            export(installation, model, reference, "--reference");
            byte[] expected = image(reference);
            results.accept(new Measurement(OURS + ".psnr", psnr(image(scene), expected), "dB", Map.of()));
            Files.copy(model, scene.resolve("model.zip"));
            progress.accept("render: downloading other viewers");
            try (OtherViewers viewers = new OtherViewers(sandbox, scene, chromium, npm)) {
                compare(viewers, options.rounds(), expected, ours[0], progress, results);
            }
        }
    }

    private static void compare(
            OtherViewers viewers,
            int seconds,
            byte[] expected,
            double ours,
            Consumer<String> progress,
            Consumer<Measurement> results)
            throws IOException, InterruptedException {
        double fastest = 0;
        for (String name : List.of(OtherViewers.LAM, OtherViewers.SPLATS_3D, OtherViewers.SPLAT_TRANSFORM)) {
            progress.accept("render: " + name);
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("version", viewers.version(name));
            double fps = 0;
            try {
                OtherViewers.Result result = viewers.measure(name, seconds);
                fps = result.fps();
                details.put("psnr", psnr(result.image(), expected));
                details.put("frames", result.frames());
                details.put("renderer", result.renderer());
            } catch (IOException e) {
                details.put("notMeasured", String.valueOf(e.getMessage()));
            }
            fastest = Math.max(fastest, fps);
            results.accept(new Measurement("viewer." + name + ".fps", fps, "fps", details));
        }
        if (fastest > 0) {
            results.accept(new Measurement("render.ratio", ours / fastest, "ratio", Map.of("target", TARGET_RATIO)));
        }
    }

    private static Path required(String command, String debianPackage) throws LaunchException {
        return Installation.find(command)
                .orElseThrow(() -> new LaunchException(
                        ExitCodes.UNAVAILABLE, command + " is not installed; apt-get install " + debianPackage));
    }

    private static void bench(Installation installation, List<String> arguments, Consumer<Measurement> results)
            throws IOException, InterruptedException {
        List<String> command = installation.command(installation.renderer());
        command.addAll(List.of("bench", "render", "--json"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            process.getOutputStream().close();
            String line;
            while ((line = lines.readLine()) != null) {
                if (line.startsWith("{\"name\":\"render.") || line.startsWith("{\"name\":\"stage.")) {
                    results.accept(measurement(StackClient.JSON.readTree(line)));
                }
            }
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException(
                        "the renderer's benchmark failed (exit " + status + "): " + String.join(" ", command));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static Measurement measurement(JsonNode line) {
        Map<String, Object> details = new LinkedHashMap<>();
        line.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (!List.of("name", "value", "unit").contains(field.getKey())) {
                details.put(
                        field.getKey(),
                        value.isIntegralNumber()
                                ? value.asLong()
                                : value.isNumber() ? value.asDouble() : value.asText());
            }
        });
        return new Measurement(
                line.path("name").asText(),
                line.path("value").asDouble(),
                line.path("unit").asText(),
                details);
    }

    private static void export(Installation installation, Path model, Path directory, String... more)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(installation.command(installation.renderer()));
        command.addAll(List.of("scenes", "--model", model.toString(), "--height", Integer.toString(HEIGHT)));
        command.addAll(List.of(more));
        command.add(directory.toString());
        StackClient.runChecked(command.toArray(String[]::new));
    }

    /** The pixels of an exported image. */
    private static byte[] image(Path directory) throws IOException {
        byte[] file = Files.readAllBytes(directory.resolve("model.ppm"));
        return Arrays.copyOfRange(file, file.length - 3 * WIDTH * HEIGHT, file.length);
    }

    /** Peak signal-to-noise ratio of two images in dB; 99 if they are equal. */
    static double psnr(byte[] image, byte[] expected) {
        if (image.length != expected.length) {
            throw new IllegalArgumentException(image.length + " bytes: expected " + expected.length);
        }
        double sum = 0;
        for (int i = 0; i < image.length; i++) {
            double difference = (image[i] & 0xff) - (expected[i] & 0xff);
            sum += difference * difference;
        }
        return sum == 0 ? 99 : 10 * Math.log10(255 * 255 / (sum / image.length));
    }
}
