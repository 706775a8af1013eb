package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.launcher.IsolatedStack;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Model files that the renderer rejects: the client gets an error, the current model stays, and no alert fires. */
final class ModelFaults {

    private static final List<String> PROPERTIES = List.of(
            "x", "y", "z", "f_dc_0", "f_dc_1", "f_dc_2", "opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1",
            "rot_2", "rot_3");

    private static final int GAUSSIANS = 100;

    private ModelFaults() {}

    private interface Content {
        byte[] bytes() throws IOException;
    }

    static List<Fault> all() {
        return List.of(
                rejected("model-truncated", "a `.ply` that ends in the middle", "half.ply", () -> {
                    byte[] whole = ply(GAUSSIANS, GAUSSIANS, 0, 0);
                    return Arrays.copyOf(whole, whole.length / 2);
                }),
                rejected("model-damaged", "a `.zip` with a changed byte", "damaged.zip", () -> {
                    byte[] zip = zip();
                    zip[zip.length / 2] ^= 1;
                    return zip;
                }),
                rejected("model-encrypted", "an encrypted `.zip`", "encrypted.zip", () -> {
                    byte[] zip = zip();
                    zip[6] |= 1; // general purpose flag of the local header
                    for (int i = 0; i < zip.length - 4; i++) {
                        if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
                            zip[i + 8] |= 1; // and of the directory
                        }
                    }
                    return zip;
                }),
                rejected(
                        "model-of-another-kind",
                        "a text named `.spz`",
                        "text.spz",
                        () -> "not a model".getBytes(StandardCharsets.US_ASCII)),
                rejected(
                        "model-with-bad-values",
                        "a `.ply` in which 10 % of the Gaussians are NaN",
                        "nan.ply",
                        () -> ply(GAUSSIANS, GAUSSIANS, GAUSSIANS / 10, 0)),
                rejected(
                        "model-too-large",
                        "a `.ply` whose header counts 500 million Gaussians",
                        "large.ply",
                        () -> ply(500_000_000, 1, 0, 0)),
                accepted(
                        "model-far-away",
                        "a `.ply` with coordinates around 1,000,000",
                        "far.ply",
                        () -> ply(GAUSSIANS, GAUSSIANS, 0, 1e6f)));
    }

    private static Fault rejected(String name, String how, String file, Content content) {
        return fault(name, how + " is loaded and rejected", file, content, true);
    }

    private static Fault accepted(String name, String how, String file, Content content) {
        return fault(name, how + " is loaded", file, content, false);
    }

    private static Fault fault(String name, String how, String file, Content content, boolean rejected) {
        return new Fault(name, how, true, List.of(), Set.of(), stack -> {
            Path models = Files.createDirectories(stack.runDirectory().resolve("models"));
            Path model = Files.write(models.resolve(file), content.bytes());
            JsonNode answer = load(stack, model.toString());
            if ((answer.path("status").asInt() != 200) != rejected) {
                throw new IOException(name + ": expected the renderer to " + (rejected ? "reject" : "accept") + " "
                        + model + ", found " + answer);
            }
            return () -> {
                if (!rejected) {
                    load(stack, "");
                }
            };
        });
    }

    private static JsonNode load(IsolatedStack stack, String path) throws IOException, InterruptedException {
        String password = Files.readString(stack.runDirectory().resolve("secrets/control-password"));
        String credentials =
                Base64.getEncoder().encodeToString(("avatar:" + password.strip()).getBytes(StandardCharsets.UTF_8));
        return new StackClient(Duration.ofSeconds(20))
                .post(
                        stack.jolokia() + "/jolokia/",
                        Map.of(
                                "type",
                                "exec",
                                "mbean",
                                "bev.avatar:type=Model",
                                "operation",
                                "load",
                                "arguments",
                                List.of(path)),
                        "Basic " + credentials);
    }

    /** A binary `.ply` whose header counts {@code counted} Gaussians; {@code invalid} of those written are NaN. */
    private static byte[] ply(int counted, int written, int invalid, float offset) throws IOException {
        StringBuilder header =
                new StringBuilder("ply\nformat binary_little_endian 1.0\nelement vertex " + counted + "\n");
        PROPERTIES.forEach(
                property -> header.append("property float ").append(property).append('\n'));
        header.append("end_header\n");
        ByteBuffer body =
                ByteBuffer.allocate(written * PROPERTIES.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < written; i++) {
            float at = i < invalid ? Float.NaN : offset + i * 0.01f;
            body.putFloat(at).putFloat(at).putFloat(at);
            body.putFloat(0.5f).putFloat(0.5f).putFloat(0.5f).putFloat(2);
            body.putFloat(-4).putFloat(-4).putFloat(-4);
            body.putFloat(1).putFloat(0).putFloat(0).putFloat(0);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.write(body.array());
        return out.toByteArray();
    }

    /** A stored `.zip` with one `.ply`. */
    private static byte[] zip() throws IOException {
        byte[] ply = ply(GAUSSIANS, GAUSSIANS, 0, 0);
        CRC32 crc = new CRC32();
        crc.update(ply);
        ZipEntry entry = new ZipEntry("model.ply");
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(ply.length);
        entry.setCrc(crc.getValue());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(entry);
            zip.write(ply);
        }
        return out.toByteArray();
    }
}
