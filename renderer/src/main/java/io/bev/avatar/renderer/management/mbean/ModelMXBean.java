package io.bev.avatar.renderer.management.mbean;

/** {@code bev.avatar:type=Model}. */
@Description("The avatar model in use")
public interface ModelMXBean {

    @Description("File it was read from, or built-in")
    @Unit(Unit.TEXT)
    String getSource();

    @Description("Gaussians in the model")
    @Unit(Unit.COUNT)
    int getGaussians();

    @Description("Degree of its view-dependent colour, 0..3")
    @Unit(Unit.COUNT)
    int getShDegree();

    @Description("Blendshapes that it can make; 0 for a model without a rig")
    @Unit(Unit.COUNT)
    int getBlendshapes();

    @Description("Time that reading it took")
    @Unit(Unit.MILLISECONDS)
    long getLoadMillis();

    @Description("Changes the model. A file that cannot be used is refused and the present model stays."
            + " Answers the new model's source")
    @Unit(Unit.TEXT)
    String load(
            @Description("LAM bundle (.zip), .ply, .splat or .spz file on the renderer's machine; empty or built-in"
                            + " for the built-in avatar")
                    String path);
}
