package io.bev.avatar.splat.scene.io;

import static org.assertj.core.api.Assertions.fail;

import io.bev.avatar.splat.scene.AvatarFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Files with random damage are read or rejected with a message, never with another exception. */
class DamagedFilesTest {

    private static final long SEED = 20_260_101;
    private static final int ROUNDS = 4000;

    private interface Attempt {
        void read(byte[] file) throws IOException;
    }

    @Test
    void damagedMesh_isReadOrRejected() {
        damage(new GlbFile().bytes(), file -> {
            GlbRigReader reader = new GlbRigReader(Glb.parse("skin.glb", file), 2);
            reader.positions();
            reader.rig(new double[3]);
        });
    }

    @Test
    void damagedPly_isReadOrRejected() {
        damage(
                PlyFile.ofDegree(1).vertex("x", 1).vertex().bytes(),
                file -> PlyReader.read(
                        Reading.of("a.ply"), new ByteArrayInputStream(file), file.length, PlyReader.Colour.HARMONIC));
    }

    private static void damage(byte[] whole, Attempt attempt) {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] file = whole.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                file[random.nextInt(file.length)] = randomByte(random);
            }
            try {
                attempt.read(file);
            } catch (AvatarFormatException expected) {
                // Rejected with a message.
            } catch (IOException | RuntimeException e) {
                fail("seed " + SEED + ", round " + round, e);
            }
        }
    }

    /** Half of them are digits and JSON's structural characters, which damage structure rather than text. */
    private static byte randomByte(Random random) {
        String structural = "0123456789-,:[]{}\" e";
        return (byte)
                (random.nextBoolean() ? structural.charAt(random.nextInt(structural.length())) : random.nextInt(256));
    }
}
