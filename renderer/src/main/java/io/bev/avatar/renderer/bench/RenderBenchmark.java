package io.bev.avatar.renderer.bench;

import com.sun.management.OperatingSystemMXBean;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.io.AvatarSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Frames per second that are posed, rendered and encoded for one viewer, sequentially as in the service. The value is
 * that of the median frame; the face moves from frame to frame.
 */
public final class RenderBenchmark implements BackendBenchmark {

    private static final int MAX_FRAMES = 20_000;
    private static final int MIN_FRAMES = 5;
    private static final int SPLIT = 100_000;
    /** Required frames per second on two cores, by scene and size. */
    private static final Map<String, Integer> TARGETS =
            Map.of("lam.640x360", 300, "lam.1280x720", 150, "lam.1920x1080", 75, "100k-sh3.640x360", 90);

    private final AvatarSource avatars;
    private final Function<Avatar, Poser> posers;
    private final IntFunction<? extends Rasterizer> rasterizers;
    private final PictureEncoder encoder;

    /**
     * @param avatars loads the model
     * @param posers applies expressions to it
     * @param rasterizers creates the backend for a number of threads
     * @param encoder the stream's
     */
    public RenderBenchmark(
            AvatarSource avatars,
            Function<Avatar, Poser> posers,
            IntFunction<? extends Rasterizer> rasterizers,
            PictureEncoder encoder) {
        this.avatars = avatars;
        this.posers = posers;
        this.rasterizers = rasterizers;
        this.encoder = encoder;
    }

    @Override
    public String name() {
        return "render";
    }

    @Override
    public void run(BenchOptions options, Consumer<String> progress, Consumer<Measurement> results) throws IOException {
        Avatar avatar = avatars.load(options.model());
        String label = options.model().isEmpty() ? "builtin" : avatar.rig().isPresent() ? "lam" : "scene";
        try (Rasterizer rasterizer = rasterizers.apply(options.threads())) {
            Frames small = measure(rasterizer, avatar, 640, 360, label, options, progress, results);
            measure(rasterizer, avatar, 1280, 720, label, options, progress, results);
            measure(rasterizer, avatar, 1920, 1080, label, options, progress, results);
            measure(rasterizer, SyntheticCloud.head(SPLIT, 0), 640, 360, "100k", options, progress, results);
            Avatar harmonics = SyntheticCloud.head(SPLIT, 3);
            measure(rasterizer, harmonics, 640, 360, "100k-sh3", options, progress, results);
            measure(rasterizer, harmonics, 1280, 720, "100k-sh3", options, progress, results);
            measure(rasterizer, harmonics, 1920, 1080, "100k-sh3", options, progress, results);
            small.reportStages(label + " 640x360", results);
        }
    }

    private Frames measure(
            Rasterizer rasterizer,
            Avatar avatar,
            int width,
            int height,
            String label,
            BenchOptions options,
            Consumer<String> progress,
            Consumer<Measurement> results) {
        progress.accept(label + " at " + width + "x" + height);
        Loop loop = new Loop(rasterizer, posers.apply(avatar), avatar, width, height);
        loop.run(options.duration().toNanos(), new Frames());
        Frames frames = new Frames();
        long cpuBefore = processCpuNanos();
        loop.run(options.duration().toNanos(), frames);
        double cpuMs = (processCpuNanos() - cpuBefore) * 1e-6 / frames.count;
        double median = frames.percentile(frames.total, 0.5);
        Map<String, Object> details = new LinkedHashMap<>();
        Integer target = TARGETS.get(label + "." + width + "x" + height);
        if (target != null) {
            details.put("target", target);
        }
        details.put("gaussians", avatar.cloud().count());
        details.put("backend", rasterizer.name());
        details.put("threads", options.threads());
        details.put("frames", frames.count);
        details.put("p50Ms", median);
        details.put("p99Ms", frames.percentile(frames.total, 0.99));
        // CPU time of all threads: on a busy machine it separates work from waiting.
        details.put("cpuMs", cpuMs);
        details.put("encoded", true);
        results.accept(new Measurement(
                "render.cpu." + label + "." + width + "x" + height + ".fps", 1000 / median, "fps", details));
        return frames;
    }

    private static long processCpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** The frame loop of the service without its pacing. */
    private final class Loop {

        private final Rasterizer rasterizer;
        private final Poser poser;
        private final PosedGaussians splats;
        private final Camera camera;
        private final Framebuffer image;
        private final ExpressionFrame expression = new ExpressionFrame();
        private final StageTimes times = new StageTimes();
        private int number;

        Loop(Rasterizer rasterizer, Poser poser, Avatar avatar, int width, int height) {
            this.rasterizer = rasterizer;
            this.poser = poser;
            splats = new PosedGaussians(avatar.cloud());
            camera = Camera.of(avatar.framing(), width, height);
            image = new Framebuffer(width, height, 0, 0, 0);
        }

        void run(long nanos, Frames frames) {
            long end = System.nanoTime() + nanos;
            while (frames.count < MAX_FRAMES && (frames.count < MIN_FRAMES || System.nanoTime() - end < 0)) {
                frame();
                frames.add(times);
            }
        }

        private void frame() {
            number++;
            for (int i = 0; i < ArkitBlendshapes.COUNT; i++) {
                expression.weights[i] = 0.15f + 0.15f * (float) Math.sin(0.1 * number + i);
            }
            expression.headYaw = 0.1f * (float) Math.sin(0.05 * number);
            long start = System.nanoTime();
            poser.pose(expression, splats);
            times.rigNanos = System.nanoTime() - start;
            rasterizer.render(splats, camera, image, times);
            long drawn = System.nanoTime();
            if (encoder.encode(image) <= 0) {
                throw new IllegalStateException("the encoder produced no output for a frame");
            }
            times.encodeNanos = System.nanoTime() - drawn;
        }
    }

    /** Stage times of many frames, in milliseconds. */
    private static final class Frames {

        private final double[] rig = new double[MAX_FRAMES];
        private final double[] project = new double[MAX_FRAMES];
        private final double[] sort = new double[MAX_FRAMES];
        private final double[] blend = new double[MAX_FRAMES];
        private final double[] encode = new double[MAX_FRAMES];
        private final double[] total = new double[MAX_FRAMES];
        private int count;

        void add(StageTimes t) {
            rig[count] = t.rigNanos * 1e-6;
            project[count] = t.projectNanos * 1e-6;
            sort[count] = t.sortNanos * 1e-6;
            blend[count] = t.blendNanos * 1e-6;
            encode[count] = t.encodeNanos * 1e-6;
            total[count] = rig[count] + project[count] + sort[count] + blend[count] + encode[count];
            count++;
        }

        double percentile(double[] values, double share) {
            double[] sorted = Arrays.copyOf(values, count);
            Arrays.sort(sorted);
            return sorted[(int) Math.round(share * (count - 1))];
        }

        void reportStages(String scene, Consumer<Measurement> results) {
            double[][] stages = {rig, project, sort, blend, encode};
            String[] names = {"rig", "project", "sort", "blend", "encode"};
            for (int s = 0; s < stages.length; s++) {
                results.accept(new Measurement(
                        "stage." + names[s] + ".p50",
                        percentile(stages[s], 0.5),
                        "ms",
                        Map.of("p99Ms", percentile(stages[s], 0.99), "scene", scene)));
            }
        }
    }
}
