package io.bev.avatar.exporter.nvml;

/** Observer of native calls, notified on the calling thread. */
public interface CallObserver {

    /** {@code call} starts. */
    void calling(String call);

    /** {@code call} returned {@code code} after {@code nanos}. */
    void called(String call, int code, long nanos);
}
