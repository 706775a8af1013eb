package io.bev.avatar.exporter.check.jna;

import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.util.Map;
import java.util.Optional;

/** Access to the dynamic linker through JNA. */
public final class DynamicLinker {

    /**
     * Opens a separate handle ({@code RTLD_LAZY}): JNA shares default handles, and closing one would close it for all
     * users.
     */
    private static final Map<String, Integer> OWN_HANDLE = Map.of(Library.OPTION_OPEN_FLAGS, 1);

    /** The linker's error when loading the library; empty on success. */
    public Optional<String> loadError(String library) {
        try {
            NativeLibrary.getInstance(library, OWN_HANDLE).close();
            return Optional.empty();
        } catch (LinkageError e) {
            String message = String.valueOf(e.getMessage());
            return Optional.of(message.lines()
                    .filter(line -> line.contains(library) && line.contains(": "))
                    .filter(line -> !line.contains("Unable to load library"))
                    .findFirst()
                    .orElse(message)
                    .strip());
        }
    }
}
