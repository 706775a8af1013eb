package io.bev.avatar.common.concurrent;

import java.util.concurrent.ThreadFactory;

/** Creates named daemon threads, which do not keep the process running. */
public final class DaemonThreads {

    private DaemonThreads() {}

    /** Creates a thread; the caller starts it. */
    public static Thread create(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Creates and starts a thread. */
    public static Thread start(String name, Runnable task) {
        Thread thread = create(name, task);
        thread.start();
        return thread;
    }

    /** Factory for an executor; all its threads have the same name. */
    public static ThreadFactory factory(String name) {
        return task -> create(name, task);
    }
}
