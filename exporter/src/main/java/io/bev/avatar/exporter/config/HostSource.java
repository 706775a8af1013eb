package io.bev.avatar.exporter.config;

/** Source of the {@code node_*} metrics. */
public enum HostSource {
    /** {@link #PROC} on Linux, otherwise {@link #OSHI}. */
    AUTO,
    /** procfs and sysfs: everything that node_exporter has. */
    PROC,
    /** OSHI, on any system: the basic metrics. */
    OSHI;

    /** {@link #PROC} or {@link #OSHI}. */
    public HostSource on(String operatingSystem) {
        if (this != AUTO) {
            return this;
        }
        return operatingSystem.equals("Linux") ? PROC : OSHI;
    }
}
