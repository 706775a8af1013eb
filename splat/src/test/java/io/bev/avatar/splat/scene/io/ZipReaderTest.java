package io.bev.avatar.splat.scene.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZipReaderTest {

    @TempDir
    Path directory;

    private final byte[] ply =
            PlyFile.ofDegree(1).vertex("x", 1, "opacity", 2).vertex("x", 2).bytes();
    private final byte[] offsets =
            PlyFile.ofDegree(0).vertex("f_dc_0", 0.5).vertex("f_dc_0", 0.25).bytes();
    private final byte[] skin = new GlbFile().bytes();

    @Test
    void folderNameInGbk_withoutUtf8Flag_isRead() throws IOException {
        byte[] zip = new ZipFileBuilder()
                .names(Charset.forName("GBK"))
                .add("头像/offset.ply", offsets)
                .add("头像/skin.glb", skin)
                .bytes();

        assertThat(load(zip).rig()).isPresent();
        assertThatThrownBy(() -> load(new ZipFileBuilder()
                        .names(Charset.forName("GBK"))
                        .add("头像/readme.txt", ply)
                        .bytes()))
                .hasMessageContaining("头像/readme.txt");
    }

    @ParameterizedTest
    @CsvSource({
        "offset.ply, skin.glb",
        "a\\offset.ply, a\\skin.glb",
        "A/OFFSET.PLY, A/Skin.GLB",
        "x/james_offset.ply, x/skin.glb",
        "x/James_Offset.ply, x/james_skin.glb"
    })
    void namesOfParts_mayVary(String first, String second) throws IOException {
        Avatar avatar =
                load(new ZipFileBuilder().add(first, offsets).add(second, skin).bytes());

        assertThat(avatar.rig()).isPresent();
        assertThat(avatar.cloud().count()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scene.ply", "sub/SCENE.PLY", "sub\\point_cloud.ply"})
    void singlePly_isRead(String name) throws IOException {
        Avatar avatar = load(new ZipFileBuilder()
                .add("__MACOSX/._scene.ply", new byte[10])
                .add("readme.txt", new byte[3])
                .add(name, ply)
                .bytes());

        assertThat(avatar.rig()).isEmpty();
        assertThat(avatar.cloud().shDegree()).isEqualTo(1);
    }

    @Test
    void nestedZip_isReadOneLevelDeep() throws IOException {
        byte[] inner = new ZipFileBuilder()
                .add("a/offset.ply", offsets)
                .add("a/skin.glb", skin)
                .bytes();
        byte[] outer = new ZipFileBuilder().add("avatar.zip", inner).bytes();

        assertThat(load(outer).rig()).isPresent();
        assertThatThrownBy(() -> load(new ZipFileBuilder().add("b.zip", outer).bytes()))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("zip one avatar");
    }

    @Test
    void zip64AndDataDescriptors_areRead() throws IOException {
        assertThat(load(new ZipFileBuilder().zip64().add("a.ply", ply).bytes())
                        .cloud()
                        .count())
                .isEqualTo(2);
        assertThat(load(new ZipFileBuilder().descriptor().add("a.ply", ply).bytes())
                        .cloud()
                        .count())
                .isEqualTo(2);
        byte[] zip = new ZipFileBuilder().zip64().descriptor().add("a.ply", ply).bytes();
        byte[] prefixed = new byte[zip.length + 100];
        System.arraycopy(zip, 0, prefixed, 100, zip.length);
        prefixed[0] = 'P';
        prefixed[1] = 'K';
        assertThat(load(prefixed).cloud().count()).isEqualTo(2);
    }

    @Test
    void flippedByte_inAStoredEntry_isReported() {
        byte[] zip = new ZipFileBuilder().method(0).add("a.ply", ply).bytes();
        zip[30 + 5 + ply.length - 3] ^= 4;

        assertThatThrownBy(() -> load(zip))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("a.ply: expected CRC-32")
                .hasMessageContaining("damaged");
    }

    @Test
    void everyFlippedByte_isReportedOrHarmless() throws IOException {
        byte[] zip = new ZipFileBuilder().add("a.ply", ply).bytes();
        for (int i = 0; i < zip.length; i++) {
            byte[] damaged = zip.clone();
            damaged[i] ^= 0x10;
            try {
                assertThat(load(damaged).cloud().x).as("byte %d", i).containsExactly(1, 2);
            } catch (AvatarFormatException expected) {
                assertThat(expected.getMessage()).contains("expected");
            }
        }
    }

    @Test
    void encryptedEntry_hasItsOwnMessage() {
        assertThatThrownBy(() ->
                        load(new ZipFileBuilder().flags(1).add("a.ply", ply).bytes()))
                .hasMessageContaining("an encrypted one")
                .hasMessageContaining("without a password");
    }

    @ParameterizedTest
    @CsvSource({"9, Deflate64", "12, bzip2", "14, LZMA", "93, Zstandard", "99, AES"})
    void otherMethods_areNamed(int method, String name) {
        assertThatThrownBy(() -> load(
                        new ZipFileBuilder().method(method).add("a.ply", ply).bytes()))
                .hasMessageContaining("compression method " + method + " (" + name)
                .hasMessageContaining("zip it again");
    }

    @Test
    void severalClouds_areNamed() {
        assertThatThrownBy(() -> load(new ZipFileBuilder()
                        .names(StandardCharsets.UTF_8)
                        .add("a.ply", ply)
                        .add("b.ply", ply)
                        .bytes()))
                .hasMessageContaining("2 clouds: a.ply, b.ply");
    }

    private Avatar load(byte[] zip) throws IOException {
        return AvatarLoader.load(Files.write(directory.resolve("a.zip"), zip));
    }
}
