package io.bev.avatar.splat.scene.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.MorphTarget;
import io.bev.avatar.splat.scene.Rig;
import io.bev.avatar.splat.scene.SharedAvatars;
import io.bev.avatar.splat.scene.Skeleton;
import io.bev.avatar.splat.scene.Skeleton.Joint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LamBundleReaderTest {

    @TempDir
    Path directory;

    @Test
    void read_offsetsAndVertices_sumUpAndAreCentred() throws IOException {
        GaussianCloud cloud = AvatarLoader.load(zip(parts(new GlbFile()))).cloud();

        assertThat(cloud.x).containsExactly(0.5f, -0.5f);
        assertThat(cloud.y).containsExactly(-0.5f, 0.5f);
        assertThat(cloud.red[0]).isEqualTo(0.25f);
    }

    @Test
    void read_rig_hasKnownTargetsAndNeededJointsAtRest() throws IOException {
        Rig rig = AvatarLoader.load(zip(parts(new GlbFile()))).rig().orElseThrow();

        assertThat(rig.targets()).extracting(MorphTarget::name).containsExactly("jawOpen", "mouthSmileLeft");
        assertThat(rig.targets().get(1).indices()).containsExactly(0, 1);
        assertThat(rig.targets().get(1).deltas()).containsExactly(0.1f, 0, 0, 0.2f, 0, 0);
        Skeleton skeleton = rig.skeleton();
        assertThat(skeleton.joints()).extracting(Joint::name).containsExactly("chestUpper", "head");
        assertThat(skeleton.joints()).extracting(Joint::parent).containsExactly(-1, 0);
        assertThat(skeleton.influenceJoints()).containsExactly(1, 0, 0, 0, 1, 0, 0, 0);
        assertThat(skeleton.influenceWeights()).containsExactly(0.75f, 0.25f, 0, 0, 1, 0, 0, 0);
        // The mean of the centres is at (0.5, 1.5, 0): the chest, at (0, 1, 0) in the file, keeps its distance to it.
        Joint chest = skeleton.joints().get(0);
        assertThat(chest.local()[3]).isCloseTo(-0.5f, within(1e-6f));
        assertThat(chest.local()[7]).isCloseTo(-0.5f, within(1e-6f));
        assertThat(chest.local()[0]).isCloseTo(0.01f, within(1e-6f));
        Joint head = skeleton.joints().get(1);
        assertThat(head.local()[7]).isCloseTo(100, within(1e-4f));
        assertThat(head.inverseBind()[7]).isCloseTo(-50, within(1e-4f));
    }

    @Test
    void read_denseTarget_keepsWhatMoves() throws IOException {
        GlbFile glb = new GlbFile();
        // The positions also serve as a dense target.
        ArrayNode targets = (ArrayNode) glb.json.at("/meshes/0/primitives/0/targets");
        ((ObjectNode) targets.get(0)).put("POSITION", 0);

        Rig rig = AvatarLoader.load(zip(parts(glb))).rig().orElseThrow();

        assertThat(rig.targets().get(0).indices()).containsExactly(0, 1);
        assertThat(rig.targets().get(0).deltas()).containsExactly(0, 1, 0, 0, 2, 0);
    }

    @Test
    void read_macOsArchive_ignoresTheShadowFiles() throws IOException {
        Map<String, byte[]> parts = parts(new GlbFile());
        parts.put("__MACOSX/avatar/._offset.ply", new byte[] {1});
        parts.put("__MACOSX/avatar/offset.ply", new byte[] {1});
        parts.put("avatar/._skin.glb", new byte[] {1});

        assertThat(AvatarLoader.load(zip(parts)).cloud().count()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"james.zip", "p2-1.zip"})
    void read_realBundle_isComplete(String name) throws IOException {
        Avatar avatar = AvatarLoader.load(SharedAvatars.require(name));

        GaussianCloud cloud = avatar.cloud();
        assertThat(cloud.count()).isEqualTo(20_018);
        for (float[] axis : List.of(cloud.x, cloud.y, cloud.z)) {
            double mean = 0;
            for (float value : axis) {
                mean += value / cloud.count();
            }
            assertThat(mean).isCloseTo(0, within(1e-6));
        }
        Rig rig = avatar.rig().orElseThrow();
        assertThat(rig.targets())
                .filteredOn(target -> target.threshold() == 0)
                .extracting(MorphTarget::name)
                .hasSize(51)
                .containsAll(ArkitBlendshapes.NAMES.stream()
                        .filter(n -> !n.equals("tongueOut"))
                        .toList());
        assertThat(rig.skeleton().joints())
                .extracting(Joint::name)
                .containsSubsequence("chestUpper", "neckLower", "neckUpper", "head");
        assertThat(avatar.framing().near()).isEqualTo(0.01f);
    }

    static Stream<Arguments> damagedMeshes() {
        return Stream.of(
                damage("accessor 0 inside", g -> g.view(0).put("byteLength", 20), "inside its buffer"),
                damage("view beyond", g -> g.view(0).put("byteOffset", 1 << 30), "inside its buffer"),
                damage("negative", g -> g.view(0).put("byteOffset", -4), ">= 0"),
                damage("stride", g -> g.view(0).put("byteStride", 4), "inside its buffer"),
                damage("type", g -> g.accessor(0).put("type", "VEC2"), "VEC3 as accessors[0].type, found VEC2"),
                damage("component", g -> g.accessor(0).put("componentType", 5125), "FLOAT"),
                damage("count", g -> g.accessor(0).put("count", 3), "2 elements in accessors[0], found 3"),
                damage("huge count", g -> g.accessor(0).put("count", 1L << 40), "accessors[0].count"),
                damage("sparse count", g -> sparse(g).put("count", 9), "at most 2 elements"),
                damage(
                        "sparse index",
                        g -> ((ObjectNode) sparse(g).get("indices")).put("componentType", 5125),
                        "inside"),
                damage("names", g -> ((ObjectNode) g.json.at("/meshes/0")).remove("extras"), "targetNames"),
                damage("no mesh", g -> g.node(1).remove("skin"), "one node with mesh and skin"),
                damage("cycle", g -> g.node(0).putArray("children").add(4), "tree of nodes"),
                damage(
                        "bind pose",
                        g -> g.node(3).putArray("translation").add(0).add(90).add(0),
                        "chestUpper off by"),
                damage(
                        "no scale",
                        g -> g.node(4).putArray("scale").add(0).add(0).add(0),
                        "off by"),
                damage("joints", g -> ((ArrayNode) g.json.at("/skins/0/joints")).add(77), "joints"),
                damage(
                        "buffer",
                        g -> g.json.putArray("buffers").addObject().put("byteLength", 1 << 20),
                        "1048576 bytes"),
                damage(
                        "external buffer",
                        g -> g.json.putArray("buffers").addObject().put("uri", "http://x"),
                        "an external buffer"),
                damage("extension", g -> g.json.putArray("extensionsRequired").add("KHR_x"), "KHR_x"));
    }

    private static ObjectNode sparse(GlbFile glb) {
        return (ObjectNode) glb.accessor(4).get("sparse");
    }

    private static Arguments damage(String what, Consumer<GlbFile> how, String message) {
        return Arguments.of(what, how, message);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damagedMeshes")
    void read_damagedMesh_isRejectedInOneLine(String what, Consumer<GlbFile> how, String message) throws IOException {
        GlbFile glb = new GlbFile();
        how.accept(glb);
        Path file = zip(parts(glb));

        assertThatThrownBy(() -> AvatarLoader.load(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("avatar.zip!avatar/skin.glb: expected ")
                .hasMessageContaining(message)
                .hasMessageContaining("; export the avatar again")
                .message()
                .hasLineCount(1);
    }

    @Test
    void read_everyTruncationOfTheMesh_isRejected() throws IOException {
        byte[] glb = new GlbFile().bytes();
        for (int length = 0; length < glb.length; length += 7) {
            byte[] cut = Arrays.copyOf(glb, length);
            assertThatThrownBy(() -> Glb.parse("skin.glb", cut)).isInstanceOf(AvatarFormatException.class);
        }
    }

    @Test
    void read_missingPart_namesIt() throws IOException {
        Map<String, byte[]> parts = parts(new GlbFile());
        parts.remove("avatar/skin.glb");
        Path file = zip(parts);

        assertThatThrownBy(() -> AvatarLoader.load(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("one skin.glb")
                .hasMessageContaining("found none");
    }

    @Test
    void read_twoAvatarsInOneZip_isRejected() throws IOException {
        Map<String, byte[]> parts = parts(new GlbFile());
        parts.put("other/offset.ply", new byte[] {1});
        Path file = zip(parts);

        assertThatThrownBy(() -> AvatarLoader.load(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("2 of them");
    }

    @Test
    void read_bomb_isNotUnpacked() throws IOException {
        Map<String, byte[]> parts = parts(new GlbFile());
        parts.put("avatar/offset.ply", new byte[8 << 20]);
        Path file = zip(parts);

        assertThatThrownBy(() -> AvatarLoader.load(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("compressed bytes");
    }

    @Test
    void read_truncatedZip_isRejected() throws IOException {
        byte[] whole = Files.readAllBytes(zip(parts(new GlbFile())));
        Path file = Files.write(directory.resolve("cut.zip"), Arrays.copyOf(whole, whole.length / 2));

        assertThatThrownBy(() -> AvatarLoader.load(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("cut.zip: expected a readable zip file");
    }

    @Test
    void read_damagedEntry_isRejected() throws IOException {
        byte[] whole = Files.readAllBytes(zip(parts(new GlbFile())));
        Arrays.fill(whole, 60, 120, (byte) 0x55);
        Path file = Files.write(directory.resolve("bad.zip"), whole);

        assertThatThrownBy(() -> AvatarLoader.load(file)).isInstanceOf(AvatarFormatException.class);
    }

    @Test
    void read_otherNumberOfVertices_isRejected() throws IOException {
        Map<String, byte[]> parts = parts(new GlbFile());
        parts.put("avatar/offset.ply", PlyFile.ofDegree(0).vertex().bytes());
        Path file = zip(parts);

        assertThatThrownBy(() -> AvatarLoader.load(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("1 elements in accessors[0], found 2");
    }

    private static Map<String, byte[]> parts(GlbFile glb) {
        Map<String, byte[]> parts = new LinkedHashMap<>();
        parts.put(
                "avatar/offset.ply",
                PlyFile.ofDegree(0)
                        .vertex("x", 1, "f_dc_0", 0.25)
                        .vertex("opacity", 2)
                        .bytes());
        parts.put("avatar/skin.glb", glb.bytes());
        return parts;
    }

    private Path zip(Map<String, byte[]> parts) throws IOException {
        Path file = directory.resolve("avatar.zip");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> part : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                zip.write(part.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }
}
