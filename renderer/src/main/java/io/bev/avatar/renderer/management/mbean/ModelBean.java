package io.bev.avatar.renderer.management.mbean;

import java.util.Optional;

/** The model in use. */
record ModelBean(RendererControl renderer) implements ModelMXBean {

    private static final String BUILT_IN = "built-in";

    @Override
    public String getSource() {
        return renderer.model().source();
    }

    @Override
    public int getGaussians() {
        return renderer.model().gaussians();
    }

    @Override
    public int getShDegree() {
        return renderer.model().shDegree();
    }

    @Override
    public int getBlendshapes() {
        return renderer.model().blendshapes();
    }

    @Override
    public long getLoadMillis() {
        return renderer.model().loadMillis();
    }

    @Override
    public int getInvalidGaussians() {
        return renderer.model().invalidGaussians();
    }

    @Override
    public String[] getNotes() {
        return renderer.model().notes().toArray(String[]::new);
    }

    @Override
    public String load(String path) {
        return renderer.loadModel(file(path)).source();
    }

    @Override
    public String replace(String path) {
        return renderer.replaceModel(file(path)).source();
    }

    private static Optional<String> file(String path) {
        return Optional.of(path.strip()).filter(name -> !name.isEmpty() && !name.equals(BUILT_IN));
    }
}
