package io.bev.avatar.exporter.check.jna;

import com.sun.jna.NativeLibrary;
import java.util.Optional;

/** The dynamic linker, as JNA uses it. */
public final class DynamicLinker {

    /** Why the library cannot be loaded, in the linker's words; empty when it can. */
    public Optional<String> refusal(String library) {
        try {
            NativeLibrary.getInstance(library).close();
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
