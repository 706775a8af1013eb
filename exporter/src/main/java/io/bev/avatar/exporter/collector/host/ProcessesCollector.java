package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code node_processes_*}: processes and threads by state, from {@code /proc/PID/stat} and
 * {@code /proc/PID/task/TID/stat}. Reads a file per thread of the host.
 */
final class ProcessesCollector implements HostSubcollector {

    /** Limit of threads whose state is read. */
    private static final int MAX_THREADS = 20_000;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Map<String, Integer> processes = new TreeMap<>();
        Map<String, Integer> threads = new TreeMap<>();
        int pids = 0;
        int total = 0;
        for (Path process : numbered(files.proc())) {
            String state = state(process);
            if (state.isEmpty()) {
                // Ended since the directory was read.
                continue;
            }
            pids++;
            processes.merge(state, 1, Integer::sum);
            List<Path> tasks = numbered(process.resolve("task"));
            total += tasks.size();
            if (total > MAX_THREADS) {
                files.skip(process + "/task", new IOException("more than " + MAX_THREADS + " threads"));
                continue;
            }
            for (Path task : tasks) {
                String of = tasks.size() == 1 ? state : state(task);
                if (!of.isEmpty()) {
                    threads.merge(of, 1, Integer::sum);
                }
            }
        }
        out.gauge("node_processes_threads", "Allocated threads in system", total);
        threads.forEach((state, count) -> out.gauge(
                "node_processes_threads_state", "Number of threads in each state.", count, "thread_state", state));
        limit(files, "threads-max", "node_processes_max_threads", "Limit of threads in the system", out);
        processes.forEach((state, count) ->
                out.gauge("node_processes_state", "Number of processes in each state.", count, "state", state));
        out.gauge("node_processes_pids", "Number of PIDs", pids);
        limit(files, "pid_max", "node_processes_max_processes", "Number of max PIDs limit", out);
    }

    private static void limit(HostFiles files, String name, String metric, String help, MetricSink out)
            throws IOException {
        out.gauge(metric, help, Fields.number(Fields.split(files.proc("sys/kernel/" + name)), 0));
    }

    /** Entries named by a number. */
    private static List<Path> numbered(Path directory) {
        try {
            return HostFiles.entries(directory).stream()
                    .filter(entry -> Character.isDigit(HostFiles.name(entry).charAt(0)))
                    .toList();
        } catch (IOException ended) {
            return List.of();
        }
    }

    /** Letter of the state, as in proc(5); empty when the process ended. The name before it may contain anything. */
    private static String state(Path process) {
        String stat = HostFiles.attribute(process.resolve("stat")).orElse("");
        int end = stat.lastIndexOf(')');
        return end > 0 && end + 2 < stat.length() ? stat.substring(end + 2, end + 3) : "";
    }
}
