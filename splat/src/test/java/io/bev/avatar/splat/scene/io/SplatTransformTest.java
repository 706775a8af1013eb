package io.bev.avatar.splat.scene.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that npm's splat-transform writes look like their source. {@code -Davatar.formats=all} tests every degree and writes the
 * table in {@code docs/reference/formats.md}.
 */
class SplatTransformTest {

    private static final String VERSION = "2.7.1";
    private static final boolean ALL = System.getProperty("avatar.formats", "").equals("all");
    private static final int COUNT = 600;

    /** A format and the least quality that its quantisation allows on this cloud, in dB. */
    private record Format(String file, double minimum, String... options) {}

    private static final List<Format> FORMATS = List.of(
            new Format("a.ply", 65),
            new Format("a.glb", 65),
            new Format("a.sog", 45),
            new Format("sog/meta.json", 45),
            new Format("a.v4.spz", 38, "--spz-version", "4"),
            new Format("a.v3.spz", 38, "--spz-version", "3"),
            new Format("a.compressed.ply", 45));

    @TempDir
    Path directory;

    @Test
    void everyFormat_looksLikeItsSource() throws IOException {
        Path program = install();
        List<String> rows = new ArrayList<>();
        for (int degree : ALL ? new int[] {0, 1, 2, 3} : new int[] {2}) {
            GaussianCloud cloud = cloud(degree);
            Path source = directory.resolve("source" + degree + ".ply");
            PlyWriter.write(cloud, source);
            for (Format format : FORMATS) {
                Path file = directory.resolve(degree + "/" + format.file);
                Files.createDirectories(file.getParent());
                List<String> options = new ArrayList<>(List.of("-q", "-w", "-g", "cpu"));
                options.addAll(List.of(format.options));
                transform(program, options, source, file);
                double decibels =
                        ImageQuality.decibels(cloud, AvatarLoader.load(file).cloud());
                add(rows, row("splat-transform " + VERSION, format.file, degree, format.minimum, decibels));
                assertThat(decibels).as("%s of degree %d", format.file, degree).isGreaterThan(format.minimum);
            }
        }
        // It cannot write .ksplat and .splat: here it is the second reader.
        for (int degree : ALL ? new int[] {0, 1, 2} : new int[] {2}) {
            for (int level = 0; level <= 2; level++) {
                byte[] content = KsplatFile.of(cloud(degree), level);
                compare(program, content, new Format("a.ksplat", 60), "this test, compression " + level, degree, rows);
            }
        }
        compare(program, splat(cloud(0)), new Format("a.splat", 55), "this test", 0, rows);
        if (ALL) {
            write(rows);
        }
    }

    private void compare(Path program, byte[] content, Format format, String writer, int degree, List<String> rows)
            throws IOException {
        Path file = Files.write(directory.resolve(format.file), content);
        Path converted = directory.resolve("converted.ply");
        transform(program, List.of("-q", "-w"), file, converted);
        double decibels = ImageQuality.decibels(
                AvatarLoader.load(converted).cloud(), AvatarLoader.load(file).cloud());
        add(rows, row(writer, format.file, degree, format.minimum, decibels));
        assertThat(decibels).as("%s by %s", format.file, writer).isGreaterThan(format.minimum);
    }

    /** A .splat file: positions and scales as floats, colour, opacity and rotation as bytes. */
    private static byte[] splat(GaussianCloud c) {
        ByteBuffer out = ByteBuffer.allocate(32 * c.count()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < c.count(); i++) {
            out.putFloat(c.x[i]).putFloat(c.y[i]).putFloat(c.z[i]);
            out.putFloat(c.scaleX[i]).putFloat(c.scaleY[i]).putFloat(c.scaleZ[i]);
            for (float value : new float[] {c.red[i], c.green[i], c.blue[i], c.opacity[i]}) {
                out.put((byte) Math.max(0, Math.min(255, Math.round(255 * value))));
            }
            for (float value : new float[] {c.rotationW[i], c.rotationX[i], c.rotationY[i], c.rotationZ[i]}) {
                out.put((byte) Math.max(0, Math.min(255, Math.round(128 * value + 128))));
            }
        }
        return out.array();
    }

    private static void add(List<String> rows, String row) {
        rows.add(row);
        System.out.println(row);
    }

    private static GaussianCloud cloud(int degree) {
        GaussianCloud cloud = RandomClouds.cube(20_260_101, COUNT, degree, 0.05, 2);
        for (int i = 0; i < cloud.sh.length; i++) {
            cloud.setHarmonic(i, cloud.harmonic(i) / 4);
        }
        return cloud;
    }

    private static String row(String writer, String file, int degree, double minimum, double decibels) {
        String measured = Double.isInfinite(decibels) ? "equal" : String.format(Locale.ROOT, "%.1f", decibels);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %d | %.0f | %s | %s |",
                file.replaceFirst("^a", "").replaceFirst("^sog/", ""),
                writer,
                degree,
                minimum,
                measured,
                decibels > minimum ? "ok" : "too low");
    }

    private static void write(List<String> rows) throws IOException {
        Path page = Path.of("../docs/reference/formats.md");
        String text = Files.readString(page);
        String start = "<!-- table -->\n";
        String end = "<!-- end of table -->";
        String table =
                "| format | writer | SH degree | expected dB | measured dB | result |\n|---|---|---|---|---|---|\n"
                        + String.join("\n", rows) + "\n";
        Files.writeString(
                page,
                text.substring(0, text.indexOf(start) + start.length()) + table + text.substring(text.indexOf(end)));
    }

    /** Installs the package below target; skips the test where that fails. */
    private Path install() throws IOException {
        Path home =
                Files.createDirectories(Path.of("target", "splat-transform")).toAbsolutePath();
        Path program = home.resolve("node_modules/.bin/splat-transform");
        if (!Files.exists(program)) {
            String problem;
            try {
                problem = run(List.of(
                        "npm",
                        "install",
                        "--no-fund",
                        "--no-audit",
                        "--ignore-scripts",
                        "--prefix",
                        home.toString(),
                        "@playcanvas/splat-transform@" + VERSION));
            } catch (IOException e) {
                problem = e.toString();
            }
            Assumptions.assumeTrue(Files.exists(program), "splat-transform cannot be installed by npm: " + problem);
        }
        return program;
    }

    private void transform(Path program, List<String> options, Path from, Path to) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(options);
        command.addAll(List.of(from.toString(), to.toString()));
        String output = run(command);
        assertThat(to).as(output).exists();
    }

    private String run(List<String> command) throws IOException {
        Path log = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(300, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return command.get(0) + " did not end within 300 s";
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return Files.readString(log, UTF_8).strip();
    }
}
