package io.bev.avatar.renderer.cli;

import io.bev.avatar.splat.raster.Framebuffer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A video or animated image, encoded by the command {@code ffmpeg}. The file appears when it is complete. */
final class VideoFile implements FrameWriter {

    private static final int FINISH_TIMEOUT_SECONDS = 600;
    private static final int MAX_MESSAGE_BYTES = 4096;

    private final Path file;
    private final Path unfinished;
    private final Path messages;
    private final Process ffmpeg;
    private final OutputStream frames;

    private VideoFile(Path file, Path unfinished, Path messages, Process ffmpeg) {
        this.file = file;
        this.unfinished = unfinished;
        this.messages = messages;
        this.ffmpeg = ffmpeg;
        this.frames = new BufferedOutputStream(ffmpeg.getOutputStream(), 1 << 16);
    }

    /** The command cannot be started. */
    static final class MissingEncoderException extends IOException {
        private static final long serialVersionUID = 1L;

        MissingEncoderException(Path file, String command, IOException cause) {
            super(
                    file + ": the command " + command
                            + " is needed for .webp and .mp4: install it (apt-get install ffmpeg), or write .png",
                    cause);
        }
    }

    /**
     * Starts the encoder.
     *
     * @param command the encoder, {@code ffmpeg}
     * @throws MissingEncoderException when it is not installed
     */
    static VideoFile create(Path file, OutputFormat format, int width, int height, int fps, String command)
            throws IOException {
        Path unfinished =
                file.resolveSibling(OutputFormat.fileName(file) + ".part").toAbsolutePath();
        // Reports an unwritable directory as such.
        Files.write(unfinished, new byte[0]);
        List<String> line = new ArrayList<>(List.of(command, "-nostdin", "-hide_banner", "-loglevel", "error", "-y"));
        line.addAll(List.of("-f", "rawvideo", "-pix_fmt", "bgr24", "-s", width + "x" + height));
        line.addAll(List.of("-r", Integer.toString(fps), "-i", "pipe:0"));
        line.addAll(format.encoder());
        line.add("file:" + unfinished);
        Path messages = Files.createTempFile("avatar-ffmpeg", ".log");
        try {
            Process started = new ProcessBuilder(line)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(messages.toFile())
                    .start();
            return new VideoFile(file, unfinished, messages, started);
        } catch (IOException e) {
            Files.delete(messages);
            Files.delete(unfinished);
            throw new MissingEncoderException(file, command, e);
        }
    }

    @Override
    public void write(Framebuffer image) throws IOException {
        try {
            frames.write(image.bgr, 0, 3 * image.width * image.height);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void finish() throws IOException {
        try {
            frames.close();
        } catch (IOException e) {
            throw failure(e);
        }
        if (!isFinished() || ffmpeg.exitValue() != 0) {
            throw failure(null);
        }
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private boolean isFinished() {
        try {
            return ffmpeg.waitFor(FINISH_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** With the encoder's own message, which is written before its end of the pipe closes. */
    private IOException failure(@Nullable IOException cause) throws IOException {
        isFinished();
        String text;
        try (InputStream in = Files.newInputStream(messages)) {
            text = new String(in.readNBytes(MAX_MESSAGE_BYTES), StandardCharsets.UTF_8).strip();
        }
        String last = text.substring(text.lastIndexOf('\n') + 1);
        return new IOException("ffmpeg: " + (last.isEmpty() ? "no message" : last), cause);
    }

    @Override
    public void close() {
        ffmpeg.destroyForcibly();
        for (Path path : List.of(unfinished, messages)) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                path.toFile().deleteOnExit();
            }
        }
    }
}
