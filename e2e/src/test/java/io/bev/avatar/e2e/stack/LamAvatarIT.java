package io.bev.avatar.e2e.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.testkit.Repository;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A LAM avatar in the complete stack: renders, smiles, speaks, and stops on Ctrl-C. */
class LamAvatarIT {

    private static final Path IMAGES = Path.of("target", "images");
    private static final int SHOTS = 6;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void lamBundle_smilesWhenHappy_andSpeaksWithTrack() throws Exception {
        Path assets = assets();
        Files.createDirectories(IMAGES);
        AvatarUp up = AvatarUp.start(
                directory,
                AvatarUp.Ports.free(),
                "--model",
                assets.resolve("james.zip").toString());
        try {
            assertThat(up.json(up.page("/health")).path("model").path("source").asText())
                    .contains("james.zip");
            set(up, Map.of("emotion", "neutral", "intensity", 0.0));
            double[] neutral = lowerFace(up, "neutral");
            double idle = difference(neutral, lowerFace(up, "neutral-again"));

            set(up, Map.of("emotion", "happy", "intensity", 1.0));
            double smile = difference(neutral, lowerFace(up, "happy"));
            set(up, Map.of("emotion", "neutral", "intensity", 0.0));

            JsonNode track = AvatarUp.JSON.readTree(
                    assets.resolve("arkit-speech-1s.json").toFile());
            Map<String, Double> open = widest(track);
            set(up, Map.of("blendshapes", open));
            double speech = difference(neutral, lowerFace(up, "speech"));
            System.out.printf(
                    "difference of the lower face: idle %.2f, smile %.2f, speech %.2f%n", idle, smile, speech);
            assertThat(smile).as("a smile against idle motion").isGreaterThan(1.5 * idle);
            assertThat(speech).as("an open mouth against idle motion").isGreaterThan(1.5 * idle);

            long before = up.state().path("seq").asLong();
            for (int i = 0; i < 30; i++) {
                up.redis(
                        "XADD",
                        "avatar:state:updates",
                        "*",
                        "json",
                        AvatarUp.JSON.writeValueAsString(Map.of("blendshapes", weights(track, i))));
            }
            up.await(
                    "the track's last weights",
                    Duration.ofMinutes(1),
                    () -> up.state().path("seq").asLong() >= before + 30);
            assertThat(up.state().path("blendshapes").path("jawOpen").asDouble())
                    .isEqualTo(weights(track, 29).get("jawOpen"));
        } finally {
            up.stop();
        }
        assertThat(up.process.waitFor(1, TimeUnit.SECONDS)).isTrue();
        assertThat(up.processes(line -> true)).as("remaining processes").isEmpty();
        assertThat(up.text()).doesNotContain("was killed");
    }

    private static Path assets() {
        String named = Optional.ofNullable(System.getenv("AVATAR_SHARED"))
                .orElse(Repository.root().resolveSibling("shared").toString());
        Path avatars = Path.of(named, "avatars");
        assumeTrue(
                Files.exists(avatars.resolve("james.zip")),
                "no avatars in " + avatars + "; they are not part of the project");
        return avatars;
    }

    /** Sets a state and waits until the face has reached it. */
    private static void set(AvatarUp up, Map<String, Object> document) throws Exception {
        JsonNode answer = up.post(up.page("/state"), document, "");
        assertThat(answer.path("accepted").asBoolean()).as(answer.toString()).isTrue();
        Thread.sleep(1500);
    }

    /** Lower face: the centre of the frame, averaged over several frames to reduce the effect of blinks and nods. */
    private static double[] lowerFace(AvatarUp up, String name) throws Exception {
        double[] mean = new double[0];
        for (int shot = 0; shot < SHOTS; shot++) {
            byte[] jpeg = up.get(up.page("/snapshot.jpg")).body();
            if (shot == 0) {
                Files.write(IMAGES.resolve("james-" + name + ".jpg"), jpeg);
            }
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
            int width = image.getWidth() / 5;
            int height = image.getHeight() * 2 / 5;
            int[] pixels = image.getRGB(2 * width, height, width, height, null, 0, width);
            mean = shot == 0 ? new double[3 * pixels.length] : mean;
            for (int i = 0; i < mean.length; i++) {
                mean[i] += (double) ((pixels[i / 3] >> (8 * (i % 3))) & 255) / SHOTS;
            }
            Thread.sleep(250);
        }
        return mean;
    }

    /** Mean difference in levels. */
    private static double difference(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum / a.length;
    }

    private static Map<String, Double> widest(JsonNode track) {
        int best = 0;
        for (int i = 0; i < track.path("frames").size(); i++) {
            if (weights(track, i).get("jawOpen") > weights(track, best).get("jawOpen")) {
                best = i;
            }
        }
        return weights(track, best);
    }

    private static Map<String, Double> weights(JsonNode track, int frame) {
        Map<String, Double> weights = new HashMap<>();
        for (int k = 0; k < track.path("names").size(); k++) {
            double weight =
                    track.path("frames").path(frame).path("weights").path(k).asDouble();
            weights.put(track.path("names").path(k).asText(), Math.max(0, Math.min(1, weight)));
        }
        return weights;
    }
}
