package io.bev.avatar.renderer.management.mbean;

/** {@code bev.avatar:type=Model}. */
@Description("Current avatar model")
public interface ModelMXBean {

    @Description("Model file, or built-in")
    @Unit(Unit.TEXT)
    String getSource();

    @Description("Number of Gaussians in the model")
    @Unit(Unit.COUNT)
    int getGaussians();

    @Description("Spherical harmonics degree of the view-dependent colour, 0..3")
    @Unit(Unit.COUNT)
    int getShDegree();

    @Description("Number of blendshapes; 0 for a model without a rig")
    @Unit(Unit.COUNT)
    int getBlendshapes();

    @Description("Load time of the model")
    @Unit(Unit.MILLISECONDS)
    long getLoadMillis();

    @Description("Number of Gaussians of the file that are not rendered because of invalid values")
    @Unit(Unit.COUNT)
    int getInvalidGaussians();

    @Description("Features of the file that are ignored or converted")
    @Unit(Unit.TEXT)
    String[] getNotes();

    @Description("Loads another model. An unusable file, or one that does not fit into memory beside the current model,"
            + " is rejected and the current model is kept. Returns the source of the new model")
    @Unit(Unit.TEXT)
    String load(
            @Description("Model file on the renderer's machine; empty or built-in for the built-in avatar")
                    String path);

    @Description("Loads another model after releasing the current one, whose last frame is repeated meanwhile. If it is"
            + " unusable, the previous model is loaded again. Returns the source of the new model")
    @Unit(Unit.TEXT)
    String replace(
            @Description("Model file on the renderer's machine; empty or built-in for the built-in avatar")
                    String path);
}
