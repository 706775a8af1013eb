package io.bev.avatar.splat.scene.io;

import static io.bev.avatar.splat.raster.RasterizerContractTest.decibels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GltfSplatReaderTest {

    @TempDir
    private Path directory;

    private final GaussianCloud cloud = RandomClouds.cube(7, 200, 3, 0.05, 2);

    private Avatar load(GltfSplatFile file) throws IOException {
        return AvatarLoader.load(Files.write(directory.resolve("a.glb"), file.bytes()));
    }

    @Test
    void nodeTransform_equalsMovingTheCamera() throws IOException {
        GltfSplatFile file = new GltfSplatFile(cloud);
        // A third of a turn about (1, 1, 1): x to y, y to z, z to x; below a parent that doubles and moves.
        ObjectNode child = file.node(0);
        child.putArray("rotation").add(0.5).add(0.5).add(0.5).add(0.5);
        ObjectNode parent = file.json.withArray("nodes").addObject();
        parent.putArray("children").add(0);
        parent.putArray("scale").add(2).add(2).add(2);
        parent.putArray("translation").add(1).add(-2).add(3);

        GaussianCloud read = load(file).cloud();

        assertThat(read.count()).isEqualTo(200);
        byte[] expected = image(cloud, new float[] {0.3f, 0.2f, -3}, new float[3], new float[] {0, -1, 0});
        byte[] moved = image(
                read,
                placed(new double[] {0.3, 0.2, -3}, 2, 1),
                placed(new double[3], 2, 1),
                placed(new double[] {0, -1, 0}, 1, 0));
        assertThat(decibels(expected, moved)).isGreaterThan(55);
    }

    /** A point of the cloud's axes after the nodes of the test above, in the cloud's axes. */
    private static float[] placed(double[] point, double scale, int translated) {
        double x = -point[0];
        double y = -point[1];
        double z = point[2];
        return new float[] {
            (float) -(scale * z + translated),
            (float) -(scale * x - 2 * translated),
            (float) (scale * y + 3 * translated)
        };
    }

    @Test
    void severalPrimitivesAndInstances_areJoined() throws IOException {
        GaussianCloud flat = RandomClouds.cube(8, 50, 1, 0.05, 2);
        GltfSplatFile file = new GltfSplatFile(cloud, flat, cloud);
        file.node(0);
        file.node(1).putArray("translation").add(10).add(0).add(0);
        file.node(1).putArray("translation").add(20).add(0).add(0);

        GaussianCloud read = load(file).cloud();

        assertThat(read.count()).isEqualTo(500);
        assertThat(read.shDegree()).isEqualTo(3);
        assertThat(read.x[200]).isCloseTo(flat.x[0] - 10, within(1e-5f));
        assertThat(read.x[250]).isCloseTo(flat.x[0] - 20, within(1e-5f));
        assertThat(read.harmonic(200 * 45 + 15)).isEqualTo(flat.harmonic(3));
        assertThat(read.harmonic(200 * 45 + 3))
                .as("beyond the degree of the part")
                .isZero();
        // The mesh without a node.
        assertThat(read.x[300]).isEqualTo(cloud.x[0]);
    }

    @Test
    void georeferencedNode_keepsItsPrecision() throws IOException {
        GltfSplatFile file = new GltfSplatFile(cloud);
        file.node(0).putArray("translation").add(1e6).add(2e6).add(-3e6);

        Avatar read = load(file);

        assertThat(read.cloud().x[5] + read.origin().x()).isCloseTo(cloud.x[5] - 1e6, within(1e-6));
        assertThat(read.cloud().y[5] + read.origin().y()).isCloseTo(cloud.y[5] - 2e6, within(1e-6));
        assertThat(read.cloud().z[5] + read.origin().z()).isCloseTo(cloud.z[5] - 3e6, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"mesh\":0,\"scale\":[1,2,1]}",
                "{\"mesh\":0,\"scale\":[-1,1,1]}",
                "{\"mesh\":0,\"scale\":[0,0,0]}",
                "{\"mesh\":0,\"scale\":\"x\"}",
                "{\"mesh\":0,\"rotation\":[0,0,0,0]}",
                "{\"mesh\":0,\"translation\":[1e12,0,0]}",
                "{\"mesh\":0,\"matrix\":[1,0,0,0,0.5,1,0,0,0,0,1,0,0,0,0,1]}"
            })
    void transformThatChangesTheShape_isRejected(String node) throws IOException {
        GltfSplatFile file = new GltfSplatFile(cloud);
        file.json.withArray("nodes").addRawValue(new com.fasterxml.jackson.databind.util.RawValue(node));

        assertThatThrownBy(() -> load(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("expected nodes that move, turn and scale all axes alike");
    }

    @Test
    void nodesInACircle_areRejected() throws IOException {
        GltfSplatFile file = new GltfSplatFile(cloud);
        file.node(0).putArray("children").add(0);

        assertThatThrownBy(() -> load(file)).isInstanceOf(AvatarFormatException.class);
    }

    private static byte[] image(GaussianCloud shown, float[] eye, float[] target, float[] up) {
        Framebuffer image = new Framebuffer(320, 180, 0, 0, 0);
        Camera camera = Camera.lookAt(eye, target, up, 50, 320, 180, 0.1f);
        new ReferenceRasterizer().render(new PosedGaussians(shown), camera, image, new StageTimes());
        return image.bgr;
    }
}
