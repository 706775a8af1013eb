package io.bev.avatar.splat.scene.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.Framing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvatarLoaderTest {

    @TempDir
    Path directory;

    @Test
    void load_ply_isStaticAndSeenAlongZ() throws IOException {
        PlyFile ply = PlyFile.ofDegree(0);
        for (int i = 0; i < 100; i++) {
            ply.vertex("x", i % 10, "y", i / 10, "z", 20, "opacity", 3);
        }
        // An outlier that a framing of all Gaussians would include.
        ply.vertex("x", 1e5, "opacity", 3);

        Avatar avatar = AvatarLoader.load(file("scene.ply", ply.bytes()));

        assertThat(avatar.rig()).isEmpty();
        assertThat(avatar.source()).endsWith("scene.ply");
        Framing framing = avatar.framing();
        assertThat(framing.upY()).isEqualTo(-1);
        assertThat(framing.targetX()).isBetween(4f, 5f);
        assertThat(framing.eyeZ()).isLessThan(framing.targetZ());
        assertThat(framing.near()).isEqualTo(0.2f);
    }

    @Test
    void load_smallScene_hasANearPlaneBeforeIt() throws IOException {
        PlyFile ply = PlyFile.ofDegree(0);
        for (int i = 0; i < 100; i++) {
            ply.vertex("x", 0.001 * i, "y", 0.001 * i, "opacity", 3);
        }

        Framing framing = AvatarLoader.load(file("small.ply", ply.bytes())).framing();

        assertThat(framing.near()).isGreaterThan(0).isLessThan(0.1f);
        assertThat(framing.near()).isLessThan(-framing.eyeZ());
    }

    @Test
    void load_plyNamedOtherwise_isDetectedByItsContent() throws IOException {
        byte[] ply = PlyFile.ofDegree(0).vertex().bytes();

        assertThat(AvatarLoader.load(file("model.bin", ply)).cloud().count()).isEqualTo(1);
    }

    @Test
    void load_splat_isDetectedByItsName() throws IOException {
        ByteBuffer record = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        record.putFloat(12, 0.1f).putFloat(16, 0.1f).putFloat(20, 0.1f);

        assertThat(AvatarLoader.load(file("a.SPLAT", record.array())).cloud().count())
                .isEqualTo(1);
    }

    @Test
    void load_gzip_isReadAsSpz() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(new byte[16]);
        }
        Path file = file("a.spz", out.toByteArray());

        assertThatThrownBy(() -> AvatarLoader.load(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("a gzip stream that holds .spz");
    }

    @Test
    void load_missingFile_isReported() {
        assertThatThrownBy(() -> AvatarLoader.load(directory.resolve("none.zip")))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageEndingWith(
                        "none.zip: expected an avatar file, found no such file; check the path of the model; the"
                                + " installed service does not see files below /home, /root and /tmp");
    }

    @Test
    void load_directory_isReported() {
        assertThatThrownBy(() -> AvatarLoader.load(directory))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("found a directory");
    }

    @Test
    void load_emptyFile_isReported() throws IOException {
        Path file = file("empty.ply", new byte[0]);

        assertThatThrownBy(() -> AvatarLoader.load(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("an empty file");
    }

    @Test
    void load_imageFile_namesTheSupportedFormats() throws IOException {
        Path file = file("face.png", "\u0089PNG\r\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> AvatarLoader.load(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining(AvatarLoader.FORMATS);
    }

    @Test
    void load_oddFileName_staysOnOneLine() throws IOException {
        Path file = file("two\nlines.ply", "ply\n".getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> AvatarLoader.load(file)).message().hasLineCount(1);
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }
}
