package io.bev.avatar.renderer.bench;

import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cuda.CudaRasterizer;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.io.AvatarSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The CUDA backend at 1920x1080 in three variants: {@code .fps} poses, renders, copies and encodes sequentially as in
 * the service; {@code .host.fps} does not encode and renders one frame while the previous one is copied;
 * {@code .raster.fps} is measured by the device's own clock, from rig to packed image, without the copy.
 */
public final class CudaBenchmark implements BackendBenchmark {

    static final int WIDTH = 1920;
    static final int HEIGHT = 1080;
    private static final int MAX_FRAMES = 100_000;
    private static final int MIN_FRAMES = 5;

    private final AvatarSource avatars;
    private final Function<Avatar, Poser> posers;
    private final Supplier<CudaRasterizer> gpu;
    private final PictureEncoder encoder;

    /**
     * @param gpu opens the device; throws an exception with the reason where it cannot
     * @param encoder the stream's
     */
    public CudaBenchmark(
            AvatarSource avatars,
            Function<Avatar, Poser> posers,
            Supplier<CudaRasterizer> gpu,
            PictureEncoder encoder) {
        this.avatars = avatars;
        this.posers = posers;
        this.gpu = gpu;
        this.encoder = encoder;
    }

    @Override
    public String name() {
        return "render";
    }

    @Override
    public String backend() {
        return "cuda";
    }

    @Override
    public void run(BenchOptions options, Consumer<String> progress, Consumer<Measurement> results) throws IOException {
        Avatar avatar = avatars.load(options.model());
        String label = options.model().isEmpty() ? "builtin" : avatar.rig().isPresent() ? "lam" : "scene";
        try (CudaRasterizer rasterizer = gpu.get()) {
            measure(rasterizer, avatar, label, options, progress, results);
            measure(rasterizer, SyntheticCloud.head(100_000, 3), "100k-sh3", options, progress, results);
            measure(rasterizer, SyntheticCloud.head(1_000_000, 3), "1m-sh3", options, progress, results);
        }
    }

    private void measure(
            CudaRasterizer rasterizer,
            Avatar avatar,
            String label,
            BenchOptions options,
            Consumer<String> progress,
            Consumer<Measurement> results) {
        progress.accept(label + " at " + WIDTH + "x" + HEIGHT + " on " + rasterizer.name());
        Loop loop = new Loop(rasterizer, posers.apply(avatar), avatar);
        long nanos = options.duration().toNanos();
        loop.oneByOne(nanos, new Frames());
        Frames single = new Frames();
        loop.oneByOne(nanos, single);
        double pipelined = loop.overlapped(nanos);
        String name = "render.cuda." + label + "." + WIDTH + "x" + HEIGHT;
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("gaussians", avatar.cloud().count());
        details.put("backend", rasterizer.name());
        details.put("frames", single.count);
        details.put("p50Ms", single.percentile(single.total, 0.5));
        details.put("p99Ms", single.percentile(single.total, 0.99));
        details.put("encoded", true);
        details.put("encoder", encoder.name());
        details.put("deviceBytes", rasterizer.allocatedBytes());
        results.accept(new Measurement(name + ".fps", 1000 / single.percentile(single.total, 0.5), "fps", details));
        results.accept(new Measurement(name + ".host.fps", pipelined, "fps", Map.of("encoded", false)));
        double device = single.percentile(single.device, 0.5);
        results.accept(new Measurement(
                name + ".raster.fps",
                1000 / device,
                "fps",
                Map.of("p50Ms", device, "p99Ms", single.percentile(single.device, 0.99))));
        single.reportStages(label, results);
    }

    private final class Loop {

        private final CudaRasterizer rasterizer;
        private final Poser poser;
        private final PosedGaussians splats;
        private final Camera camera;
        private final Framebuffer image = new Framebuffer(WIDTH, HEIGHT, 0, 0, 0);
        private final ExpressionFrame expression = new ExpressionFrame();
        private final StageTimes times = new StageTimes();
        private int number;

        Loop(CudaRasterizer rasterizer, Poser poser, Avatar avatar) {
            this.rasterizer = rasterizer;
            this.poser = poser;
            splats = new PosedGaussians(avatar.cloud());
            camera = Camera.of(avatar.framing(), WIDTH, HEIGHT);
        }

        void oneByOne(long nanos, Frames frames) {
            long end = System.nanoTime() + nanos;
            while (frames.count < MAX_FRAMES && (frames.count < MIN_FRAMES || System.nanoTime() - end < 0)) {
                long start = System.nanoTime();
                times.rigNanos = 0;
                move();
                rasterizer.render(splats, camera, image, times);
                long drawn = System.nanoTime();
                if (encoder.encode(image) <= 0) {
                    throw new IllegalStateException("the encoder produced no output for a frame");
                }
                long done = System.nanoTime();
                times.encodeNanos = done - drawn;
                frames.add(times, done - start);
            }
        }

        /** Frames per second with one frame in flight while the previous one is read. */
        double overlapped(long nanos) {
            long start = System.nanoTime();
            long frames = 0;
            move();
            rasterizer.submit(splats, camera, image);
            while (frames < MIN_FRAMES || System.nanoTime() - start < nanos) {
                move();
                rasterizer.submit(splats, camera, image);
                rasterizer.collect(image, times);
                frames++;
            }
            rasterizer.collect(image, times);
            return (frames + 1) * 1e9 / (System.nanoTime() - start);
        }

        private void move() {
            number++;
            for (int i = 0; i < ArkitBlendshapes.COUNT; i++) {
                expression.weights[i] = 0.15f + 0.15f * (float) Math.sin(0.1 * number + i);
            }
            expression.headYaw = 0.1f * (float) Math.sin(0.05 * number);
            poser.prepare(expression, splats);
        }
    }

    /** Times of many frames, in milliseconds. */
    private static final class Frames {

        private static final String[] STAGES = {"rig", "project", "sort", "blend", "copy", "encode"};

        private final double[][] stages = new double[STAGES.length][MAX_FRAMES];
        private final double[] device = new double[MAX_FRAMES];
        private final double[] total = new double[MAX_FRAMES];
        private int count;

        void add(StageTimes t, long totalNanos) {
            long[] nanos = {t.rigNanos, t.projectNanos, t.sortNanos, t.blendNanos, t.copyNanos, t.encodeNanos};
            for (int s = 0; s < nanos.length; s++) {
                stages[s][count] = nanos[s] * 1e-6;
            }
            device[count] = (t.rigNanos + t.projectNanos + t.sortNanos + t.blendNanos) * 1e-6;
            total[count] = totalNanos * 1e-6;
            count++;
        }

        double percentile(double[] values, double share) {
            double[] sorted = Arrays.copyOf(values, count);
            Arrays.sort(sorted);
            return sorted[(int) Math.round(share * (count - 1))];
        }

        void reportStages(String scene, Consumer<Measurement> results) {
            for (int s = 0; s < STAGES.length; s++) {
                results.accept(new Measurement(
                        "stage." + STAGES[s] + ".p50",
                        percentile(stages[s], 0.5),
                        "ms",
                        Map.of("p99Ms", percentile(stages[s], 0.99), "scene", scene + " " + WIDTH + "x" + HEIGHT)));
            }
        }
    }
}
