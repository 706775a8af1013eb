package io.bev.avatar.exporter.nvml;

/** Told of every native call, on the thread that makes it. */
public interface CallObserver {

    /** {@code call} begins. */
    void calling(String call);

    /** {@code call} took {@code nanos} and gave {@code code}. */
    void called(String call, int code, long nanos);
}
