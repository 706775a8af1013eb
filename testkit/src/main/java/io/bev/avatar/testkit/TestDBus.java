package io.bev.avatar.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.cds.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real dbus-daemon private to the test. */
public final class TestDBus implements AutoCloseable {

    private final Process daemon;
    private final String address;

    private TestDBus(Process daemon, String address) {
        this.daemon = daemon;
        this.address = address;
    }

    /** Starts the daemon with its socket in {@code directory}; skips the test when dbus-daemon is not installed. */
    public static TestDBus start(Path directory) throws IOException {
        assumeTrue(Installation.find("dbus-daemon").isPresent(), "dbus-daemon is not installed");
        Path socket = directory.resolve("bus");
        Path config = Files.writeString(directory.resolve("bus.conf"), """
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
             "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
              <listen>unix:path=%s</listen>
              <auth>EXTERNAL</auth>
              <policy context="default">
                <allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/>
                <allow own="*"/>
              </policy>
            </busconfig>
            """.formatted(socket));
        Process daemon = new ProcessBuilder("dbus-daemon", "--nofork", "--print-address", "--config-file=" + config)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        // The daemon prints its address once it is listening.
        daemon.inputReader().readLine();
        return new TestDBus(daemon, "unix:path=" + socket);
    }

    public String address() {
        return address;
    }

    @Override
    public void close() {
        stop();
    }

    /** Sends a signal, such as STOP. */
    public void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, String.valueOf(daemon.pid()))
                .start()
                .waitFor();
    }

    /** Stops the daemon. */
    public void stop() {
        daemon.destroyForcibly().onExit().join();
    }
}
