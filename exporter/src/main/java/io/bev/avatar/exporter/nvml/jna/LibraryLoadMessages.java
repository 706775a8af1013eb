package io.bev.avatar.exporter.nvml.jna;

import io.bev.avatar.exporter.nvml.NvmlException;
import java.util.Objects;

/** Words for a library that the dynamic linker refused. */
final class LibraryLoadMessages {

    private LibraryLoadMessages() {}

    /** Tells an absent driver from a broken one, in one line. */
    static NvmlException exception(String library, LinkageError error) {
        String said = Objects.toString(error.getMessage(), error.toString());
        String reason = said.lines()
                .filter(line -> line.contains(library) && !line.contains("Unable to load library"))
                .filter(line -> !line.contains("cannot open shared object file: No such file"))
                .filter(line -> !line.contains("not found in resource path"))
                .findFirst()
                .orElse("");
        if (reason.isEmpty() && said.contains(library)) {
            return NvmlException.notLoaded(
                    library + " not found: no NVIDIA driver on this machine",
                    "install the driver or exclude the collector",
                    error);
        }
        return NvmlException.notLoaded(
                library + " cannot be loaded: "
                        + (reason.isEmpty() ? said.lines().findFirst().orElse(said) : reason),
                "mend the driver's installation or exclude the collector",
                error);
    }
}
