package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.CameraView;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.Framebuffers;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Projection;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.util.List;
import java.util.function.Supplier;

/**
 * Renders on all cores: project, sort by depth once, bin by tile, blend tile by tile. Its differences from
 * {@link ReferenceRasterizer} are not visible: it processes a Gaussian only where it can reach an alpha of 1/255, and
 * stops when a whole block of pixels is opaque rather than pixel by pixel.
 */
public final class CpuRasterizer implements Rasterizer {

    private final WorkerPool pool;
    private final TileKernel kernel;
    private final CameraView view = new CameraView();
    private final Projection projection = new Projection();
    private final DepthSort sort = new DepthSort();
    private final TileBinner binner;
    private final Projector[] projectors;
    private final TileRenderer[] tileRenderers;
    // Jobs as fields: a lambda created per frame would be garbage.
    private final WorkerPool.Job projectJob = this::projectChunk;
    private final WorkerPool.Job countJob = this::countSegment;
    private final WorkerPool.Job fillJob = this::fillSegment;
    private final WorkerPool.Job blendJob = this::blendTile;
    private final PosedGaussians empty;

    private PosedGaussians splats;
    private Framebuffer target;
    private final byte[] backgroundRow = new byte[3 * Tile.SIZE];
    private int visible;

    /**
     * @param threads number of rendering threads including the calling one; &gt;= 1
     * @param kernel see {@link TileKernels#fastest()}
     */
    public CpuRasterizer(int threads, TileKernel kernel) {
        this(threads, kernel, () -> new KernelTileRenderer(kernel));
    }

    private CpuRasterizer(int threads, TileKernel kernel, Supplier<TileRenderer> tileRenderer) {
        pool = new WorkerPool(threads);
        this.kernel = kernel;
        binner = new TileBinner(threads);
        projectors = new Projector[threads];
        tileRenderers = new TileRenderer[threads];
        for (int t = 0; t < threads; t++) {
            projectors[t] = new Projector();
            tileRenderers[t] = tileRenderer.get();
        }
        empty = new PosedGaussians(new GaussianCloud(0, 0));
        splats = empty;
        target = new Framebuffer(1, 1, 0, 0, 0);
    }

    /**
     * A rasteriser with a faster first frame: it uses the scalar kernel until {@code kernel} is compiled.
     *
     * @param threads number of rendering threads including the calling one; &gt;= 1
     * @param kernel see {@link TileKernels#fastest()}
     */
    public static CpuRasterizer warming(int threads, TileKernel kernel) {
        return new CpuRasterizer(
                threads,
                kernel,
                () -> new WarmupTileRenderer(
                        new KernelTileRenderer(new ScalarTileKernel()),
                        new KernelTileRenderer(kernel),
                        Ticker.system()));
    }

    @Override
    public String name() {
        return "cpu (" + kernel.name() + ")";
    }

    @Override
    public void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
        Framebuffers.requireSameSize(camera, target);
        this.splats = splats;
        this.target = target;
        long start = System.nanoTime();
        view.set(camera, splats.modelToWorld);
        if (projection.reserve(splats.count)) {
            sort.release();
            binner.release();
        }
        pool.run(projectJob, projection.chunks);
        long projected = System.nanoTime();

        visible = sort.sort(projection);
        binner.begin(tilesAcross(view.width), tilesAcross(view.height));
        pool.run(countJob, binner.segments());
        binner.layOut();
        pool.run(fillJob, binner.segments());
        long sorted = System.nanoTime();

        prepareBackground();
        pool.run(blendJob, tilesAcross(view.width) * tilesAcross(view.height));
        long blended = System.nanoTime();

        this.splats = empty;
        times.projectNanos = projected - start;
        times.sortNanos = sorted - projected;
        times.blendNanos = blended - sorted;
        times.copyNanos = 0;
    }

    private static int tilesAcross(int pixels) {
        return (pixels + Tile.SIZE - 1) >> Tile.SHIFT;
    }

    private void projectChunk(int chunk, int worker) {
        projectors[worker].project(splats, view, projection, chunk);
    }

    private void countSegment(int segment, int worker) {
        binner.count(projection, sort.order, visible, segment);
    }

    private void fillSegment(int segment, int worker) {
        binner.fill(projection, sort.order, visible, segment);
    }

    private void prepareBackground() {
        for (int x = 0; x < Tile.SIZE; x++) {
            backgroundRow[3 * x] = Framebuffers.toByte(target.backgroundBlue);
            backgroundRow[3 * x + 1] = Framebuffers.toByte(target.backgroundGreen);
            backgroundRow[3 * x + 2] = Framebuffers.toByte(target.backgroundRed);
        }
    }

    private void blendTile(int number, int worker) {
        int across = tilesAcross(view.width);
        int x = (number % across) << Tile.SHIFT;
        int y = (number / across) << Tile.SHIFT;
        int from = binner.starts[number];
        int end = binner.starts[number + 1];
        if (from == end) {
            fillWithBackground(x, y);
            return;
        }
        tileRenderers[worker].render(projection.records, binner.list, from, end, x, y, target);
    }

    private void fillWithBackground(int x, int y) {
        int bytes = 3 * Math.min(Tile.SIZE, target.width - x);
        int bottom = Math.min(y + Tile.SIZE, target.height);
        for (int row = y; row < bottom; row++) {
            System.arraycopy(backgroundRow, 0, target.bgr, 3 * (row * target.width + x), bytes);
        }
    }

    /** The threads other than the calling one. */
    List<Thread> helpers() {
        return pool.helpers();
    }

    /** Stops the threads. */
    @Override
    public void close() {
        pool.close();
    }
}
