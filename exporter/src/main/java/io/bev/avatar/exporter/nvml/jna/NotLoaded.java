package io.bev.avatar.exporter.nvml.jna;

import java.util.Objects;

/** Words for a library that the dynamic linker refused. */
final class NotLoaded {

    private NotLoaded() {}

    /** One line that tells an absent driver from a broken one. */
    static String message(String library, LinkageError error) {
        String said = Objects.toString(error.getMessage(), error.toString());
        String reason = said.lines()
                .filter(line -> line.contains(library) && !line.contains("Unable to load library"))
                .filter(line -> !line.contains("cannot open shared object file: No such file"))
                .filter(line -> !line.contains("not found in resource path"))
                .findFirst()
                .orElse("");
        if (reason.isEmpty() && said.contains(library)) {
            return library
                    + " not found: no NVIDIA driver on this machine; install the driver or exclude the collector";
        }
        return library + " cannot be loaded: "
                + (reason.isEmpty() ? said.lines().findFirst().orElse(said) : reason)
                + "; mend the driver's installation or exclude the collector";
    }
}
