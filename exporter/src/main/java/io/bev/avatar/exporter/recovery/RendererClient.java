package io.bev.avatar.exporter.recovery;

import java.io.IOException;

/** Control operations of the renderer used by recovery. */
interface RendererClient {

    /** The operation does not apply; the message gives the reason. */
    final class NotApplicableException extends Exception {
        private static final long serialVersionUID = 1;

        NotApplicableException(String message) {
            super(message);
        }
    }

    /**
     * Releases unused GPU memory.
     *
     * @param gpuUuid UUID of the GPU; empty for the one in use
     * @return result, one line
     * @throws IOException if the renderer did not confirm the operation
     */
    String trimMemory(String gpuUuid) throws IOException, InterruptedException, NotApplicableException;

    /** Recreates the CUDA context; parameters and result as {@link #trimMemory}. */
    String rebuildContext(String gpuUuid) throws IOException, InterruptedException, NotApplicableException;

    /** Stops the renderer so that its supervisor restarts it. */
    String restart() throws IOException, InterruptedException;

    /** Target frame rate while viewers are connected, in fps. */
    int targetFps() throws IOException, InterruptedException;

    void setTargetFps(int framesPerSecond) throws IOException, InterruptedException;
}
