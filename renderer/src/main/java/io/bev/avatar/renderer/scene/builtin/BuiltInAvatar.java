package io.bev.avatar.renderer.scene.builtin;

import io.bev.avatar.renderer.rig.Rig;
import io.bev.avatar.renderer.scene.Avatar;
import io.bev.avatar.renderer.scene.Framing;
import java.util.Optional;

/** The avatar of a first run: made by code, always the same, with all ARKit blendshapes. */
public final class BuiltInAvatar {

    private static final Framing PORTRAIT = new Framing(0, -0.0075f, 0.99f, 0, -0.0175f, 0, 0, 1, 0, 20.9f, 0.01f);

    private BuiltInAvatar() {}

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
        return new Avatar("built-in", surfels.cloud(), Optional.of(rig), PORTRAIT);
    }
}
