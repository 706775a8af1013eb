package io.bev.avatar.splat.scene.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of every format; those in {@code formats} are twelve Gaussians of degree 3, written by splat-transform 2.7.1. */
class FormatsTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"tiny.compressed.ply, 45", "tiny.spz, 45", "tiny.sog, 55", "tiny.glb, 90"})
    void fileOfSplatTransform_looksLikeItsSource(String name, double minimum) throws IOException {
        GaussianCloud source = load("tiny.ply", resource("tiny.ply")).cloud();
        GaussianCloud read = load(name, resource(name)).cloud();

        assertThat(read.count()).isEqualTo(12);
        assertThat(read.shDegree()).isEqualTo(3);
        assertThat(ImageQuality.decibels(source, read)).isGreaterThan(minimum);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 45", "1, 1, 40", "2, 2, 35"})
    void ksplat_ofEveryCompression_isRead(int level, int degree, double minimum) throws IOException {
        GaussianCloud cloud = RandomClouds.cube(5, 100, degree, 0.05, 2);

        GaussianCloud read = load("a.ksplat", KsplatFile.of(cloud, level)).cloud();

        assertThat(read.shDegree()).isEqualTo(degree);
        assertThat(ImageQuality.decibels(cloud, read)).isGreaterThan(minimum);
    }

    @Test
    void unpackedSog_isReadByItsDescription() throws IOException {
        Path bundle = Files.write(directory.resolve("tiny.sog"), resource("tiny.sog"));
        try (ZipArchive zip = ZipArchive.open("tiny.sog", bundle)) {
            for (ZipArchive.Entry entry : zip.files()) {
                byte[] content = zip.verified(entry, 1000).start((int) entry.size());
                Files.write(directory.resolve(entry.name()), content);
            }
        }

        assertThat(AvatarLoader.load(directory.resolve("meta.json")).cloud().count())
                .isEqualTo(12);
        Files.delete(directory.resolve("quats.webp"));
        assertThatThrownBy(() -> AvatarLoader.load(directory.resolve("meta.json")))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("quats.webp");
    }

    @Test
    void spzWithinGltf_isRead() throws IOException {
        byte[] spz = resource("tiny.spz");
        String json = "{\"asset\":{\"version\":\"2.0\"},\"extensionsUsed\":[\"KHR_gaussian_splatting\"],\"buffers\":"
                + "[{\"byteLength\":" + spz.length + "}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":" + spz.length
                + "}],\"meshes\":[{\"primitives\":[{\"attributes\":{},\"extensions\":{\"KHR_gaussian_splatting\":"
                + "{\"extensions\":{\"KHR_gaussian_splatting_compression_spz_2\":{\"bufferView\":0}}}}}]}]}";
        byte[] text = json.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer glb = ByteBuffer.allocate(28 + text.length + spz.length).order(ByteOrder.LITTLE_ENDIAN);
        glb.putInt(0x46546C67).putInt(2).putInt(glb.capacity());
        glb.putInt(text.length).putInt(0x4E4F534A).put(text);
        glb.putInt(spz.length).putInt(0x004E4942).put(spz);

        assertThat(load("a.glb", glb.array()).cloud().count()).isEqualTo(12);
    }

    @Test
    void asciiPly_equalsItsBinaryTwin() throws IOException {
        String ascii = """
                ply
                format ascii 1.0
                comment antialiased
                element camera 0
                property list uchar int views
                element vertex 2
                property float x
                property float y
                property float z
                property uchar red
                property uchar green
                property uchar blue
                property float opacity
                property float scale_0
                property float scale_1
                property float rot_0
                property float rot_1
                property float rot_2
                property float rot_3
                end_header
                1 2 3 255 0 51 0 -1 -2 1 0 0 0
                4 5.5 -6e-1 0 0 0 2 0 0 0 1 0 0
                """;

        Avatar avatar = load("a.ply", ascii.getBytes(StandardCharsets.US_ASCII));

        GaussianCloud cloud = avatar.cloud();
        assertThat(cloud.x).containsExactly(1, 4);
        assertThat(cloud.z).containsExactly(3, -0.6f);
        assertThat(cloud.red).containsExactly(1, 0);
        assertThat(cloud.blue[0]).isCloseTo(0.2f, within(1e-6f));
        assertThat(cloud.scaleZ).containsOnly(1e-12f);
        assertThat(cloud.rotationX).containsExactly(0, 1);
        assertThat(cloud.antialiased).isTrue();
        assertThat(avatar.findings().notes())
                .containsExactly(
                        "colours are red, green and blue bytes: no view-dependent colour",
                        "2D Gaussians: the third scale is 0");
        byte[] cut = ascii.substring(0, ascii.length() - 4).getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> load("a.ply", cut)).hasMessageContaining("the end of the file");
    }

    @Test
    void degreeFour_isReadUpToTheThird() throws IOException {
        Object[] values = new Object[144];
        for (int i = 0; i < 72; i++) {
            values[2 * i] = "f_rest_" + i;
            values[2 * i + 1] = i;
        }
        Avatar avatar = load("a.ply", PlyFile.ofDegree(4).vertex(values).bytes());

        assertThat(avatar.cloud().shDegree()).isEqualTo(3);
        assertThat(avatar.cloud().harmonic(0)).isZero();
        assertThat(avatar.cloud().harmonic(15)).isEqualTo(24);
        assertThat(avatar.cloud().harmonic(44)).isEqualTo(62);
        assertThat(avatar.findings().notes())
                .containsExactly("spherical harmonics of degree 4: the first three bands are rendered");
    }

    @Test
    void gzipOfPly_isReadAndVerified() throws IOException {
        byte[] ply = PlyFile.ofDegree(1).vertex("x", 1).vertex("x", 2).bytes();
        byte[] gzip = gzip(ply);

        assertThat(load("a.ply.gz", gzip).cloud().count()).isEqualTo(2);
        gzip[gzip.length - 6] ^= 1;
        assertThatThrownBy(() -> load("a.ply.gz", gzip)).hasMessageContaining("damaged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny.spz", "tiny.sog"})
    void everyFlippedBit_isReportedOrHarmless(String name) throws IOException {
        byte[] whole = resource(name);
        GaussianCloud source = load(name, whole).cloud();
        for (int i = 0; i < whole.length; i += 7) {
            byte[] damaged = whole.clone();
            damaged[i] ^= (byte) (1 << i % 8);
            try {
                load(name, damaged);
                if (name.endsWith(".sog")) {
                    assertThat(ImageQuality.decibels(source, load(name, damaged).cloud()))
                            .as("byte %d", i)
                            .isEqualTo(Double.POSITIVE_INFINITY);
                }
            } catch (AvatarFormatException expected) {
                assertThat(expected.getMessage()).contains("expected");
            }
        }
    }

    @Test
    void fewInvalidGaussians_areHiddenAndCounted_moreAreRejected() throws IOException {
        PlyFile few = PlyFile.ofDegree(0);
        PlyFile more = PlyFile.ofDegree(0);
        for (int i = 0; i < 300; i++) {
            few.vertex("x", i == 7 ? Double.NaN : 0.01 * i, "scale_1", i == 9 ? 90 : -3, "opacity", 3);
            more.vertex("x", 0.01 * i, "y", i % 50 == 3 ? Double.POSITIVE_INFINITY : 0);
        }

        Avatar avatar = load("a.ply", few.bytes());

        assertThat(avatar.findings().invalidGaussians()).isEqualTo(2);
        assertThat(avatar.cloud().count()).isEqualTo(300);
        assertThat(avatar.cloud().opacity[7]).isZero();
        assertThat(avatar.cloud().opacity[9]).isZero();
        assertThat(avatar.cloud().opacity[8]).isPositive();
        assertThatThrownBy(() -> load("a.ply", more.bytes()))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("as y, found Infinity in Gaussian 153, after 3 other invalid Gaussians");
    }

    @Test
    void moreDataThanDeclared_isRejected() {
        byte[] file =
                PlyFile.ofDegree(0).declaring(1).vertex().vertex().vertex().bytes();

        assertThatThrownBy(() -> load("a.ply", file)).hasMessageContaining("the count in the header is damaged");
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e4, 1e6, -3e7})
    void largeCoordinates_keepTheirPrecision(double offset) throws IOException {
        PlyFile near = PlyFile.ofDegree(0);
        PlyFile far = PlyFile.ofDegree(0)
                .property("double", "x")
                .property("double", "y")
                .property("double", "z");
        java.util.Random random = new java.util.Random(3);
        for (int i = 0; i < 500; i++) {
            double x = 2 * random.nextDouble() - 1;
            double y = 2 * random.nextDouble() - 1;
            near.vertex("x", x, "y", y, "opacity", 1, "scale_0", -4, "scale_1", -4, "scale_2", -4, "f_dc_0", 1);
            far.vertex(
                    "x",
                    x + offset,
                    "y",
                    y - offset,
                    "z",
                    0.5 * offset,
                    "opacity",
                    1,
                    "scale_0",
                    -4,
                    "scale_1",
                    -4,
                    "scale_2",
                    -4,
                    "f_dc_0",
                    1);
        }
        GaussianCloud expected = load("near.ply", near.bytes()).cloud();

        Avatar avatar = load("far.ply", far.bytes());

        GaussianCloud moved = avatar.cloud();
        for (int i = 0; i < moved.count(); i++) {
            moved.x[i] = (float) (moved.x[i] + avatar.origin().x() - offset);
            moved.y[i] = (float) (moved.y[i] + avatar.origin().y() + offset);
            moved.z[i] = (float) (moved.z[i] + avatar.origin().z() - 0.5 * offset);
        }
        assertThat(ImageQuality.decibels(expected, moved)).isGreaterThan(65);
        assertThat(avatar.framing().targetX()).isBetween(-1f, 1f);
    }

    @ParameterizedTest
    @CsvSource({
        "a.las, LASF____, LAS point cloud",
        "a.obj, v 1 2 3, OBJ mesh",
        "a.lcc, x, scene of XGRIDS",
        "a.rar, Rar!, RAR archive",
        "a.ply, <html>, error page",
        "a.spz, version https://git-lfs.github.com/spec/v1, Git LFS"
    })
    void otherFiles_areNamed(String name, String content, String kind) {
        assertThatThrownBy(() -> load(name, content.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining(kind);
    }

    private Avatar load(String name, byte[] content) throws IOException {
        return AvatarLoader.load(Files.write(directory.resolve(name), content));
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream in = stream(name)) {
            return in.readAllBytes();
        }
    }

    private static InputStream stream(String name) {
        return java.util.Objects.requireNonNull(FormatsTest.class.getResourceAsStream("/formats/" + name), name);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }
}
