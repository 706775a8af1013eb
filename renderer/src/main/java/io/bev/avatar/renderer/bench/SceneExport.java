package io.bev.avatar.renderer.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.io.PlyWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Exports the scenes that {@link CudaBenchmark} measures for other renderers: for each scene {@code NAME.ply} at rest,
 * {@code NAME.json} with the camera, and {@code NAME.ppm}, the expected image.
 */
public final class SceneExport {

    private final Path directory;
    private final Rasterizer rasterizer;
    private final int width;
    private final int height;
    private final ObjectMapper json = new ObjectMapper();

    /**
     * @param rasterizer renders the images; not closed
     * @param width of the images in pixels
     */
    public SceneExport(Path directory, Rasterizer rasterizer, int width, int height) {
        this.directory = directory;
        this.rasterizer = rasterizer;
        this.width = width;
        this.height = height;
    }

    /** Writes the random clouds. */
    public void synthetic() throws IOException {
        write("100k-sh3", SyntheticCloud.head(100_000, 3));
        write("1m-sh3", SyntheticCloud.head(1_000_000, 3));
    }

    /** Writes one scene. */
    public void write(String name, Avatar avatar) throws IOException {
        Files.createDirectories(directory);
        Camera camera = Camera.of(avatar.framing(), width, height);
        PlyWriter.write(avatar.cloud(), directory.resolve(name + ".ply"));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("width", width);
        view.put("height", height);
        view.put("focal", camera.focal());
        view.put("centre", new float[] {camera.centreX(), camera.centreY()});
        view.put("near", camera.near());
        view.put("worldToCamera", camera.worldToCamera());
        json.writeValue(directory.resolve(name + ".json").toFile(), view);
        Framebuffer image = new Framebuffer(width, height, 0, 0, 0);
        rasterizer.render(new PosedGaussians(avatar.cloud()), camera, image, new StageTimes());
        writeImage(image, directory.resolve(name + ".ppm"));
    }

    private static void writeImage(Framebuffer image, Path file) throws IOException {
        byte[] rgb = new byte[image.bgr.length];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = image.bgr[i + 2];
            rgb[i + 1] = image.bgr[i + 1];
            rgb[i + 2] = image.bgr[i];
        }
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write(("P6\n" + image.width + " " + image.height + "\n255\n").getBytes(US_ASCII));
            out.write(rgb);
        }
    }
}
