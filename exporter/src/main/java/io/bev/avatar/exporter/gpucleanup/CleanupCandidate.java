package io.bev.avatar.exporter.gpucleanup;

/**
 * A process of the unit that holds GPU memory.
 *
 * @param process the very process, not another one that got its number later
 * @param name of its command
 * @param bytes of GPU memory over all GPUs; -1 when the driver does not tell
 */
record CleanupCandidate(ProcessHandle process, String name, long bytes) {

    long pid() {
        return process.pid();
    }

    /** Such as {@code 4711 (java), 512 MiB}. */
    String text() {
        return pid() + " (" + name + ")" + (bytes < 0 ? "" : ", " + (bytes >> 20) + " MiB");
    }
}
