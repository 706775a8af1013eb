package io.bev.avatar.bench;

import static io.bev.avatar.bench.Fault.Delivery.AT_ONCE;
import static io.bev.avatar.bench.Fault.Delivery.INHIBITED;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import io.bev.avatar.bench.Fault.Condition;
import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.bench.Fault.Restore;
import io.bev.avatar.launcher.IsolatedStack.Service;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Faults of the renderer. */
final class RendererFaults {

    private static final String RENDER_THREAD = "render";

    /** Alerts that an unreachable renderer may also raise; its page being down burns the error budget. */
    private static final Set<String> ABSENT = Set.of(
            "AvatarServiceDown",
            "AvatarEndpointDown",
            "AvatarJolokiaDown",
            "AvatarEndpointBudgetBurn",
            "AvatarUnplannedRestart");

    /** Recovery restarts a frozen renderer: it is unreachable meanwhile, and the restart may not help. */
    private static final Set<String> AFTER_RECOVERY = Stream.concat(
                    ABSENT.stream(), Stream.of("AvatarRecoveryIneffective"))
            .collect(Collectors.toUnmodifiableSet());

    private RendererFaults() {}

    /** Killed once and restarted by the supervisor. */
    static Fault killed() {
        return new Fault(
                "renderer-killed",
                "`SIGKILL`; restarted by the supervisor",
                true,
                List.of(new Expectation(
                        new AlertKey("AvatarUnplannedRestart", "warning"),
                        AT_ONCE,
                        Condition.restart("the renderer counts the restart after it has started"))),
                ABSENT,
                stack -> {
                    stack.kill(Service.RENDERER);
                    return () -> {};
                });
    }

    /** Killed and not restarted. */
    static Fault gone() {
        return new Fault(
                "renderer-gone",
                "`SIGKILL`, not restarted",
                false,
                List.of(critical("AvatarServiceDown"), inhibited("AvatarEndpointDown")),
                ABSENT,
                stack -> {
                    stack.kill(Service.RENDERER);
                    return () -> {};
                });
    }

    /** The process is stopped: its sockets accept connections, nothing responds. */
    static Fault paused() {
        return new Fault(
                "renderer-paused",
                "`SIGSTOP`",
                true,
                List.of(
                        new Expectation(
                                new AlertKey("AvatarServiceDown", "critical"),
                                AT_ONCE,
                                Condition.needs(Duration.ofSeconds(1), "the page counts as down after 1 s")),
                        inhibited("AvatarEndpointDown")),
                ABSENT,
                stack -> {
                    String pid = Long.toString(stack.pid(Service.RENDERER));
                    StackClient.runChecked("kill", "-STOP", pid);
                    return () -> StackClient.runChecked("kill", "-CONT", pid);
                });
    }

    /**
     * Its render thread is suspended while all other threads run.
     *
     * @param debugPort debugger port of the renderer
     */
    static Fault hung(int debugPort) {
        return new Fault(
                "renderer-hung",
                "a debugger suspends the render thread; all other threads run",
                true,
                List.of(new Expectation(
                        new AlertKey("AvatarFrameStall", "critical"),
                        AT_ONCE,
                        Condition.needs(Duration.ofSeconds(30), "the rule window is 30 s without a frame"))),
                AFTER_RECOVERY,
                stack -> suspendRenderThread(debugPort));
    }

    /** Its page responds more slowly than the threshold of 5 s. */
    static Fault slowEndpoint(DelayProxy page) {
        return new Fault(
                "endpoint-slow",
                "a proxy delays each response of the page by 6 s",
                true,
                List.of(new Expectation(
                        new AlertKey("AvatarEndpointSlow", "warning"),
                        AT_ONCE,
                        Condition.needs(Duration.ofSeconds(5), "threshold 5 s"))),
                Set.of(),
                stack -> {
                    page.delay(6000);
                    return () -> page.delay(0);
                });
    }

    private static Restore suspendRenderThread(int debugPort) throws IOException {
        VirtualMachine machine = attach(debugPort);
        ThreadReference thread = machine.allThreads().stream()
                .filter(t -> t.name().equals(RENDER_THREAD))
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "the renderer has no thread '" + RENDER_THREAD + "'; if it was renamed, adapt RendererFaults"));
        thread.suspend();
        return () -> {
            try {
                thread.resume();
                machine.dispose();
            } catch (VMDisconnectedException e) {
                // Restarted meanwhile, which also ends the fault.
            }
        };
    }

    private static VirtualMachine attach(int port) throws IOException {
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(c -> c.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow(() -> new Fault.NotPossibleException(
                        "this Java has no socket debugger; install a JDK (module jdk.jdi)"));
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.forEach((name, argument) -> {
            switch (name) {
                case "hostname" -> argument.setValue("127.0.0.1");
                case "port" -> argument.setValue(Integer.toString(port));
                case "timeout" -> argument.setValue("5000");
                default -> {}
            }
        });
        try {
            return connector.attach(arguments);
        } catch (IllegalConnectorArgumentsException e) {
            throw new IOException("the debugger cannot attach to port " + port + ": " + e.getMessage(), e);
        }
    }

    /** Environment of the renderer that allows a debugger to attach. */
    static Map<String, String> debuggable(int port) {
        return Map.of(
                "JAVA_TOOL_OPTIONS",
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=127.0.0.1:" + port);
    }

    private static Expectation critical(String alert) {
        return new Expectation(new AlertKey(alert, "critical"), AT_ONCE);
    }

    private static Expectation inhibited(String alert) {
        return new Expectation(new AlertKey(alert, "critical"), INHIBITED);
    }
}
