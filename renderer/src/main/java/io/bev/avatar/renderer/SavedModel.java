package io.bev.avatar.renderer;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.io.DurableFiles;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model loaded at run time, in {@code model.properties} of the state directory, so that a restart shows it again. It
 * is valid as long as the configuration names the same model as when it was loaded. If the file cannot be written, the error
 * is logged.
 */
final class SavedModel {

    private static final Logger LOG = LoggerFactory.getLogger(SavedModel.class);
    private static final String BUILT_IN = "built-in";
    private static final String MODEL = "model";
    private static final String CONFIGURED = "configured";
    private static final String ATTEMPTS = "attempts";
    /** Starts that may end while they load the model, for example because the machine is switched off. */
    private static final int MAX_ATTEMPTS = 2;

    private final Path file;
    private volatile Optional<Pending> pending = Optional.empty();

    private record Pending(Optional<Path> model, Optional<Path> configured) {}

    /** @param directory the state directory; created if missing */
    SavedModel(Path directory) {
        file = directory.resolve("model.properties");
    }

    /**
     * A saved model.
     *
     * @param path its file; empty for the built-in avatar
     * @param attempts consecutive starts that ended while they loaded it
     */
    record Saved(Optional<Path> path, int attempts) {

        boolean endsTheProcess() {
            return attempts >= MAX_ATTEMPTS;
        }
    }

    /** The model to show instead of the configured one. */
    Optional<Saved> read(Optional<Path> configured) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(BoundedFiles.readString(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("{}: cannot be read, showing the configured model: {}", file, ErrorText.of(e));
            return Optional.empty();
        }
        String model = properties.getProperty(MODEL, "");
        if (model.isEmpty() || !properties.getProperty(CONFIGURED, "").equals(text(configured))) {
            return Optional.empty();
        }
        return Optional.of(new Saved(
                model.equals(BUILT_IN) ? Optional.empty() : Optional.of(Path.of(model)),
                properties.getProperty(ATTEMPTS, "0").matches("[1-9]")
                        ? Integer.parseInt(properties.getProperty(ATTEMPTS))
                        : 0));
    }

    /** Saves that {@code model} is shown. */
    void save(Optional<Path> model, Optional<Path> configured) {
        pending = Optional.empty();
        write(model, configured, 0);
    }

    /** Saves that a start loads the model: if that ends the process repeatedly, later starts must not try again. */
    void starting(Saved saved, Optional<Path> configured) {
        pending = Optional.of(new Pending(saved.path(), configured));
        write(saved.path(), configured, saved.attempts() + 1);
    }

    /** Records that the start has shown the model. */
    void loaded() {
        pending.ifPresent(start -> write(start.model, start.configured, 0));
        pending = Optional.empty();
    }

    private void write(Optional<Path> model, Optional<Path> configured, int attempts) {
        Properties properties = new Properties();
        properties.setProperty(MODEL, text(model));
        properties.setProperty(CONFIGURED, text(configured));
        properties.setProperty(ATTEMPTS, Integer.toString(attempts));
        StringWriter text = new StringWriter();
        try {
            properties.store(text, "Model loaded at run time");
            DurableFiles.replace(file, text.toString());
        } catch (IOException e) {
            LOG.warn("{}: cannot be written, a restart shows the configured model: {}", file, ErrorText.of(e));
        }
    }

    /** Forgets the model: the configured one is shown. */
    void clear() {
        pending = Optional.empty();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{}: cannot be deleted, a restart shows the model in it: {}", file, ErrorText.of(e));
        }
    }

    private static String text(Optional<Path> model) {
        return model.map(path -> path.toAbsolutePath().toString()).orElse(BUILT_IN);
    }
}
