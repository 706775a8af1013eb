package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.util.List;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the tests of tag {@code gpu} without Maven, from a packed directory on a machine with a GPU. */
final class GpuTestMain {

    private GpuTestMain() {}

    /** @param arguments {@code leaks} for the endurance tests; otherwise the contract tests */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, UTF_8);
        CudaDevices found = Gpu.devices();
        if (found.devices().isEmpty()) {
            out.println("no GPU: " + found.problem().orElse("none found"));
            System.exit(69);
        }
        found.devices().forEach(device -> out.println("device " + device));
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(
                        List.of(arguments).contains("leaks") ? DeviceLeakTest.class : DeviceCudaContractTest.class))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        Launcher launcher = LauncherFactory.create();
        launcher.execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printTo(out);
        summary.printFailuresTo(out);
        System.exit(summary.getTestsFailedCount() > 0 || summary.getTestsSucceededCount() == 0 ? 1 : 0);
    }
}
