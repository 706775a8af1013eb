package io.bev.avatar.renderer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.http.ConnectionTable;
import io.bev.avatar.renderer.config.BackendChoice;
import io.bev.avatar.renderer.expression.SpeechMotion;
import io.bev.avatar.renderer.frame.ExpressionSource;
import io.bev.avatar.renderer.speech.Speaker;
import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.renderer.stream.PageBackend;
import io.bev.avatar.renderer.stream.SoundOutput;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import io.bev.avatar.splat.raster.cuda.GpuControl;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.ModelMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Factory of the renderer's components; only an implementation names their classes. */
public interface RendererComponents {

    /** Opens the state store and restores the state. */
    StateStore stateStore() throws IOException;

    /** The state as a JSON document. */
    ObjectNode document(AvatarState state);

    /** CUDA devices of this host. */
    CudaDevices devices();

    /** Creates the CPU rasterizer. */
    Rasterizer rasterizer();

    /**
     * The selected backend and the reason for it.
     *
     * @param rasterizer closed by the caller
     * @param reason why this backend was selected
     * @param gpu the device in use; empty on the CPU
     */
    record SelectedBackend(Rasterizer rasterizer, String reason, Optional<Gpu> gpu) {

        /**
         * The device in use.
         *
         * @param device its index among the devices found
         * @param release releases the device for other renderers; run after the rasterizer is closed
         */
        record Gpu(int device, GpuControl control, Runnable release) {}
    }

    /**
     * Opens the backend.
     *
     * @param devices of this host
     * @param onPermanentLoss called with the reason when the GPU is lost permanently
     * @throws StartException when the configured backend is unavailable
     */
    default SelectedBackend selectBackend(BackendChoice choice, CudaDevices devices, Consumer<String> onPermanentLoss)
            throws StartException {
        String reason = BackendSelector.reasonForCpu(choice, devices);
        return new SelectedBackend(rasterizer(), reason, Optional.empty());
    }

    /**
     * Reads a model file, or creates the built-in avatar.
     *
     * @param memory for the model of a file
     * @throws IOException when the file is unusable; the message states the cause and the remedy
     */
    Avatar avatar(Optional<Path> model, ModelMemory memory) throws IOException;

    Poser poser(Avatar avatar);

    /** @param speech movement of the face while the avatar speaks */
    ExpressionSource expression(SpeechMotion speech);

    /**
     * Starts speech.
     *
     * @param out sound for viewers
     * @param emotion colours the voice
     * @return empty unless {@code renderer.speech.enabled}
     */
    default Optional<Speaker> speaker(Optional<SoundOutput> out, Supplier<Emotion> emotion) {
        return Optional.empty();
    }

    /** Source of critical alerts. */
    default ActiveAlert.Source alerts() {
        return ActiveAlert.none();
    }

    /** Creates the frame server; it listens once started. */
    FrameServer viewers(PageBackend model);

    /** Serves frames and the page to browsers. */
    interface FrameServer extends AutoCloseable {

        FrameHub hub();

        /** @throws IOException when the address is in use; the message names the remedy */
        void start() throws IOException;

        /** Listening port. */
        int port();

        /** Connections of the page's listener. */
        ConnectionTable connections();

        /** Sound for viewers; empty unless the avatar can speak. */
        default Optional<SoundOutput> sound() {
            return Optional.empty();
        }

        /** Notifies viewers that the avatar's state or the renderer's health has changed. */
        void changed();

        @Override
        void close();
    }
}
