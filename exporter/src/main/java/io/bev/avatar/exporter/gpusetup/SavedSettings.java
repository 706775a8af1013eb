package io.bev.avatar.exporter.gpusetup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.io.DurableFiles;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Previous values of GPU settings, in a file rewritten on every change:
 * {@code {"GPU-...": {"power-limit": {"was": 320000, "set": 400000}}}}.
 */
final class SavedSettings {

    /** Values of one setting: before the change and after it. */
    record Change(int was, int set) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;
    private final Map<String, Map<String, Change>> changes;

    private SavedSettings(Path file, Map<String, Map<String, Change>> changes) {
        this.file = file;
        this.changes = changes;
    }

    /**
     * Reads {@code file}, which may be absent.
     *
     * @throws IOException if it exists and cannot be read
     */
    static SavedSettings load(Path file) throws IOException {
        try {
            Map<String, Map<String, Change>> read =
                    JSON.readValue(BoundedFiles.readString(file), new TypeReference<>() {});
            Map<String, Map<String, Change>> changes = new LinkedHashMap<>();
            read.forEach((uuid, settings) -> changes.put(uuid, new TreeMap<>(settings)));
            return new SavedSettings(file, changes);
        } catch (NoSuchFileException e) {
            return new SavedSettings(file, new LinkedHashMap<>());
        } catch (JsonProcessingException e) {
            throw new IOException(
                    file + " is corrupt, expected JSON with previous GPU settings; remove it and reboot the machine"
                            + " to restore the GPUs' defaults",
                    e);
        } catch (IOException e) {
            throw new IOException(
                    file + " cannot be read (" + ErrorText.of(e)
                            + "); make it readable, or remove it and reboot the machine to"
                            + " restore the GPUs' defaults",
                    e);
        }
    }

    Optional<Change> of(String uuid, GpuSetting setting) {
        return Optional.ofNullable(changes.getOrDefault(uuid, Map.of()).get(setting.key()));
    }

    /** Whether there is nothing to undo. */
    boolean isEmpty() {
        return changes.isEmpty();
    }

    void put(String uuid, GpuSetting setting, Change change) throws IOException {
        changes.computeIfAbsent(uuid, key -> new TreeMap<>()).put(setting.key(), change);
        write();
    }

    void remove(String uuid, GpuSetting setting) throws IOException {
        Map<String, Change> remaining = changes.getOrDefault(uuid, new TreeMap<>());
        remaining.remove(setting.key());
        if (remaining.isEmpty()) {
            changes.remove(uuid);
        }
        write();
    }

    private void write() throws IOException {
        if (changes.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        DurableFiles.replace(file, JSON.writeValueAsString(changes));
    }
}
