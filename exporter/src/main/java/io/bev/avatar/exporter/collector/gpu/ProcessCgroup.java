package io.bev.avatar.exporter.collector.gpu;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * systemd unit, container and pod of a process, from {@code /proc/PID/cgroup}: cgroup v1 and v2, with the systemd and
 * the cgroupfs driver of Docker, containerd, CRI-O, Podman and Kubernetes.
 *
 * @param unit innermost service or scope outside the container, other than the container's own scope; empty without one
 * @param containerId full ID of the innermost container; empty outside containers
 * @param podUid UID of the Kubernetes pod or ID of the Podman pod; empty outside pods
 */
record ProcessCgroup(String unit, String containerId, String podUid) {

    static final ProcessCgroup NONE = new ProcessCgroup("", "", "");

    /** Suffix of the path of a removed control group, whose last processes are ending. */
    private static final String DELETED = " (deleted)";

    /** The container's directory or scope: its ID, mostly after the name of the runtime. */
    private static final Pattern CONTAINER =
            Pattern.compile("(?:[a-z][a-z0-9_.-]*-|.*:)?([0-9a-f]{64}|[0-9a-f]{32}-[0-9]{4,20})(?:\\.scope)?");

    /** The runtime's monitor of a container, which runs outside the container. */
    private static final String MONITOR = "conmon-";

    /** A pod's directory or slice. The systemd driver writes underscores; UIDs of static pods have no hyphens. */
    private static final Pattern POD = Pattern.compile(
            "(?:.*-)?pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\\.slice(?::.*)?)?");

    private static final Pattern PODMAN_POD = Pattern.compile("(?:.*-)?libpod_pod_([0-9a-f]{64})\\.slice");

    /** Parent directory of pods and containers of Podman's cgroupfs driver. */
    private static final String PODMAN_PARENT = "libpod_parent";

    /** Parses the content of {@code /proc/PID/cgroup}, lines of {@code hierarchy:controllers:path}. */
    static ProcessCgroup parse(String text) {
        ProcessCgroup found = NONE;
        for (String line : text.split("\n", -1)) {
            String[] parts = line.split(":", 3);
            if (parts.length < 3) {
                continue;
            }
            ProcessCgroup here = ofPath(parts[2]);
            if (found.containerId.isEmpty() && found.podUid.isEmpty()) {
                found = new ProcessCgroup(found.unit, here.containerId, here.podUid);
            }
            // systemd's own hierarchy: the unified one, or "name=systemd" of cgroup v1.
            if (!here.unit.isEmpty() && (parts[1].isEmpty() || parts[1].equals("name=systemd"))) {
                found = new ProcessCgroup(here.unit, found.containerId, found.podUid);
            }
        }
        return found;
    }

    private static ProcessCgroup ofPath(String path) {
        String plain = path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path;
        List<String> steps = List.of(plain.split("/", -1));
        String unit = "";
        String container = "";
        String pod = "";
        for (int i = 0; i < steps.size(); i++) {
            String step = steps.get(i);
            String podHere = pod(step, i == 0 ? "" : steps.get(i - 1));
            Matcher own = CONTAINER.matcher(step);
            if (!podHere.isEmpty()) {
                pod = podHere;
            }
            if (own.matches() && !step.contains(MONITOR) && !podHere.equals(own.group(1))) {
                container = own.group(1);
            } else if (container.isEmpty() && (step.endsWith(".service") || step.endsWith(".scope"))) {
                unit = step;
            }
        }
        return new ProcessCgroup(unit, container, pod);
    }

    private static String pod(String step, String parent) {
        Matcher kubernetes = POD.matcher(step);
        if (kubernetes.matches()) {
            return kubernetes.group(1).replace('_', '-');
        }
        Matcher podman = PODMAN_POD.matcher(step);
        if (podman.matches()) {
            return podman.group(1);
        }
        return parent.equals(PODMAN_PARENT) && CONTAINER.matcher(step).matches() && !step.startsWith("libpod-")
                ? step
                : "";
    }
}
