package io.bev.avatar.bench;

import io.bev.avatar.bench.Fault.Restore;
import io.bev.avatar.common.concurrent.DaemonThreads;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Faults that change all the time: a thread repeats a step until the fault ends. */
final class Repeating {

    private Repeating() {}

    /** One step. */
    @FunctionalInterface
    interface Step {
        /** @param number of the step, from 0 */
        void run(int number) throws IOException, InterruptedException;
    }

    /**
     * Repeats a step.
     *
     * @param end ends the fault after the last step
     */
    static Restore every(long millis, Step step, Restore end) {
        Thread thread = DaemonThreads.start("repeated-fault", () -> {
            try {
                for (int i = 0; true; i++) {
                    step.run(i);
                    Thread.sleep(millis);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return () -> {
            thread.interrupt();
            thread.join();
            end.restore();
        };
    }

    /** A source that comes and goes: 4 s absent, 4 s present, each too short for an alert of its own. */
    static HostFault.Injection flapping(HostFault.Action absent, HostFault.Action present) {
        return host -> every(
                4000,
                number -> {
                    if (number % 2 == 0) {
                        absent.on(host);
                    } else {
                        present.on(host);
                    }
                },
                () -> present.on(host));
    }
}
