package io.bev.avatar.exporter.recovery;

import java.io.IOException;

/** The renderer's control operations that recovery uses. */
interface RendererClient {

    /** There is nothing there that the operation could be done to; the message says why. */
    final class NotApplicableException extends Exception {
        private static final long serialVersionUID = 1;

        NotApplicableException(String message) {
            super(message);
        }
    }

    /**
     * Gives GPU memory back.
     *
     * @param gpuUuid the GPU meant; empty for whichever the renderer uses
     * @return what was achieved, one line
     * @throws IOException when the renderer did not do it or does not say so
     */
    String trimMemory(String gpuUuid) throws IOException, InterruptedException, NotApplicableException;

    /** Makes the CUDA context anew; otherwise as {@link #trimMemory}. */
    String rebuildContext(String gpuUuid) throws IOException, InterruptedException, NotApplicableException;

    /** Ends the renderer for its supervisor to start it again. */
    String restart() throws IOException, InterruptedException;

    /** Frames a second wanted while somebody looks. */
    int targetFps() throws IOException, InterruptedException;

    void setTargetFps(int framesPerSecond) throws IOException, InterruptedException;
}
