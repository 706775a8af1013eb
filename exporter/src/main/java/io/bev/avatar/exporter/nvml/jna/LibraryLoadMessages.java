package io.bev.avatar.exporter.nvml.jna;

import io.bev.avatar.exporter.nvml.NvmlException;
import java.util.Objects;

/** Error messages for a library that the dynamic linker cannot load. */
final class LibraryLoadMessages {

    private LibraryLoadMessages() {}

    /** Distinguishes a missing driver from a broken one, in one line. */
    static NvmlException exception(String library, LinkageError error) {
        String message = Objects.toString(error.getMessage(), error.toString());
        String reason = message.lines()
                .filter(line -> line.contains(library) && !line.contains("Unable to load library"))
                .filter(line -> !line.contains("cannot open shared object file: No such file"))
                .filter(line -> !line.contains("not found in resource path"))
                .findFirst()
                .orElse("");
        if (reason.isEmpty() && message.contains(library)) {
            return NvmlException.notLoaded(
                    library + " not found: no NVIDIA driver on this host",
                    "install the driver or exclude the collector",
                    error);
        }
        return NvmlException.notLoaded(
                library + " cannot be loaded: "
                        + (reason.isEmpty() ? message.lines().findFirst().orElse(message) : reason),
                "fix the driver installation or exclude the collector",
                error);
    }
}
