package io.bev.avatar.splat.scene.builtin;

import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.Framing;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.Rig;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The avatar of a first run: made by code, always the same, with all ARKit blendshapes. Making it takes more than a second of two
 * cores, so the build does that and packs the numbers with the program.
 */
public final class BuiltInAvatar {

    /** Resource that the build leaves. */
    static final String PACK = "/built-in.avatar";

    private static final Logger log = LoggerFactory.getLogger(BuiltInAvatar.class);
    private static final Framing PORTRAIT = new Framing(0, -0.0075f, 0.99f, 0, -0.0175f, 0, 0, 1, 0, 20.9f, 0.01f);

    private BuiltInAvatar() {}

    /** As {@link #create} made it at build time; made anew where that is missing or damaged. */
    public static Avatar load() {
        try (InputStream in = BuiltInAvatar.class.getResourceAsStream(PACK)) {
            if (in != null) {
                return AvatarPack.read(in);
            }
            log.info("the built-in avatar is not packed with this program: made anew, which takes a second");
        } catch (IOException | RuntimeException e) {
            log.warn(
                    "the built-in avatar packed with this program is damaged: made anew; install the program again", e);
        }
        return create();
    }

    /** Makes it. */
    public static Avatar create() {
        HeadShape head = new HeadShape();
        Lighting lighting = new Lighting(head.field());
        SurfelBuilder surfels = new SurfelBuilder();
        new Skin(head, lighting, p -> !Eyelids.covers(p) && !Lips.covers(p) && !HairStyle.hides(p)).addTo(surfels);
        new Eyes(surfels).addBoth();
        new Eyelids(surfels, lighting).addBoth();
        new Lips(surfels, head, lighting).add();
        new MouthInside(surfels).add();
        new Brows(surfels, head).addBoth();
        new Hair(surfels).add();
        new Jacket(surfels).add();
        new Collar(surfels, lighting).add();
        Rig rig = new Rig(new MorphBuilder(surfels).targets(), Bones.skeleton(surfels.surfels()));
        return of(surfels.cloud(), rig);
    }

    static Avatar of(GaussianCloud cloud, Rig rig) {
        return new Avatar("built-in", cloud, Optional.of(rig), PORTRAIT);
    }
}
