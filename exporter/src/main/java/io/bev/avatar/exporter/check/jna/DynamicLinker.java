package io.bev.avatar.exporter.check.jna;

import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.util.Map;
import java.util.Optional;

/** The dynamic linker, as JNA uses it. */
public final class DynamicLinker {

    /** A handle of our own, with {@code RTLD_LAZY}: JNA shares the default ones, and closing one takes it from its other users. */
    private static final Map<String, Integer> OWN_HANDLE = Map.of(Library.OPTION_OPEN_FLAGS, 1);

    /** Why the library cannot be loaded, in the linker's words; empty when it can. */
    public Optional<String> refusal(String library) {
        try {
            NativeLibrary.getInstance(library, OWN_HANDLE).close();
            return Optional.empty();
        } catch (LinkageError e) {
            String said = String.valueOf(e.getMessage());
            return Optional.of(said.lines()
                    .filter(line -> line.contains(library) && line.contains(": "))
                    .filter(line -> !line.contains("Unable to load library"))
                    .findFirst()
                    .orElse(said)
                    .strip());
        }
    }
}
