package io.bev.avatar.renderer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.renderer.config.BackendChoice;
import io.bev.avatar.renderer.frame.ExpressionSource;
import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.renderer.stream.PageBackend;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import io.bev.avatar.splat.raster.cuda.GpuControl;
import io.bev.avatar.splat.scene.Avatar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes the parts behind the renderer's interfaces; an implementation is the one place that names their classes. */
public interface RendererComponents {

    /** Opens the state's keeping and restores it. */
    StateStore stateStore() throws IOException;

    /** The state as clients write it. */
    ObjectNode document(AvatarState state);

    /** CUDA devices of this machine. */
    CudaDevices devices();

    /** Draws on the CPU. */
    Rasterizer rasterizer();

    /**
     * What draws, and why.
     *
     * @param rasterizer closed by the caller
     * @param reason why this backend and not another
     * @param gpu the device that draws; empty where none does
     */
    record Drawing(Rasterizer rasterizer, String reason, Optional<Gpu> gpu) {

        /**
         * The device that draws.
         *
         * @param device its number among those found
         * @param release lets another renderer have it; run once the rasterizer is closed
         */
        record Gpu(int device, GpuControl control, Runnable release) {}
    }

    /**
     * Opens what draws.
     *
     * @param devices of this machine
     * @param hopeless told the reason when a GPU is lost for good
     * @throws StartException when what the configuration insists on cannot be had
     */
    default Drawing drawing(BackendChoice wanted, CudaDevices devices, Consumer<String> hopeless)
            throws StartException {
        String reason = BackendSelector.reasonForCpu(wanted, devices);
        return new Drawing(rasterizer(), reason, Optional.empty());
    }

    /**
     * Reads a model file, or makes the built-in avatar.
     *
     * @throws IOException when the file cannot be used; the message says why and what to do
     */
    Avatar avatar(Optional<Path> model) throws IOException;

    Poser poser(Avatar avatar);

    ExpressionSource expression();

    /** Where the renderer learns of critical alerts. */
    default ActiveAlert.Source alerts() {
        return ActiveAlert.none();
    }

    /** The viewers' end; it listens once started. */
    ViewerEnd viewers(PageBackend model);

    /** Frames and page for browsers. */
    interface ViewerEnd extends AutoCloseable {

        FrameHub hub();

        /** @throws IOException when the address is taken; the message names the remedy */
        void start() throws IOException;

        /** Port it listens on. */
        int port();

        /** The avatar's state or the renderer's health is another now. */
        void changed();

        @Override
        void close();
    }
}
