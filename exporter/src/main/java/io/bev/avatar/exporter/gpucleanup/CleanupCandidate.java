package io.bev.avatar.exporter.gpucleanup;

/**
 * Process of the unit that holds GPU memory.
 *
 * @param process handle, which stays valid if the PID is reused
 * @param name command name
 * @param bytes GPU memory over all GPUs; -1 if the driver does not report it
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
