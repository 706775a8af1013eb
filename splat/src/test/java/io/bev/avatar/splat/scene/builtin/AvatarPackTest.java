package io.bev.avatar.splat.scene.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.splat.scene.Avatar;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pack that the build made. */
class AvatarPackTest {

    private static byte[] pack = {};

    @BeforeAll
    static void readResource() throws IOException {
        try (InputStream in = BuiltInAvatar.class.getResourceAsStream(BuiltInAvatar.PACK)) {
            assertThat(in).as("the build leaves " + BuiltInAvatar.PACK).isNotNull();
            pack = in.readAllBytes();
        }
    }

    @Test
    void read_thenWritten_isTheSame() throws IOException {
        Avatar avatar = AvatarPack.read(new ByteArrayInputStream(pack));

        assertThat(AvatarPack.write(avatar)).isEqualTo(pack);
    }

    @Test
    void cutShort_isRefused() {
        for (int length : new int[] {0, 5, 12, 1000, pack.length - 1}) {
            byte[] cut = Arrays.copyOf(pack, length);
            assertThatThrownBy(() -> AvatarPack.read(new ByteArrayInputStream(cut)))
                    .as("%d bytes", length)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("found");
        }
    }

    @Test
    void oneBitWrong_isRefused() {
        for (int at : new int[] {0, 3, 4, 11, 12, 1000, pack.length / 2, pack.length - 1}) {
            byte[] damaged = pack.clone();
            damaged[at] ^= 0x10;
            assertThatThrownBy(() -> AvatarPack.read(new ByteArrayInputStream(damaged)))
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("found");
        }
    }
}
