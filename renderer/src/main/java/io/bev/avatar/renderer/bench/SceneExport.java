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
 * Writes what {@link CudaBenchmark} measures so that another program can draw it: for each scene {@code NAME.ply} at rest,
 * {@code NAME.json} with the camera, and {@code NAME.ppm}, the picture to expect.
 */
public final class SceneExport {

    private final Path folder;
    private final Rasterizer rasterizer;
    private final int width;
    private final int height;
    private final ObjectMapper json = new ObjectMapper();

    /** @param rasterizer draws the pictures; not closed */
    public SceneExport(Path folder, Rasterizer rasterizer) {
        this(folder, rasterizer, CudaBenchmark.WIDTH, CudaBenchmark.HEIGHT);
    }

    SceneExport(Path folder, Rasterizer rasterizer, int width, int height) {
        this.folder = folder;
        this.rasterizer = rasterizer;
        this.width = width;
        this.height = height;
    }

    /** Writes the clouds of chance. */
    public void synthetic() throws IOException {
        write("100k-sh3", SyntheticCloud.head(100_000, 3));
        write("1m-sh3", SyntheticCloud.head(1_000_000, 3));
    }

    /** Writes one scene. */
    public void write(String name, Avatar avatar) throws IOException {
        Files.createDirectories(folder);
        Camera camera = Camera.of(avatar.framing(), width, height);
        PlyWriter.write(avatar.cloud(), folder.resolve(name + ".ply"));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("width", width);
        view.put("height", height);
        view.put("focal", camera.focal());
        view.put("centre", new float[] {camera.centreX(), camera.centreY()});
        view.put("near", camera.near());
        view.put("worldToCamera", camera.worldToCamera());
        json.writeValue(folder.resolve(name + ".json").toFile(), view);
        Framebuffer picture = new Framebuffer(width, height, 0, 0, 0);
        rasterizer.render(new PosedGaussians(avatar.cloud()), camera, picture, new StageTimes());
        writePicture(picture, folder.resolve(name + ".ppm"));
    }

    private static void writePicture(Framebuffer picture, Path file) throws IOException {
        byte[] rgb = new byte[picture.bgr.length];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = picture.bgr[i + 2];
            rgb[i + 1] = picture.bgr[i + 1];
            rgb[i + 2] = picture.bgr[i];
        }
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write(("P6\n" + picture.width + " " + picture.height + "\n255\n").getBytes(US_ASCII));
            out.write(rgb);
        }
    }
}
