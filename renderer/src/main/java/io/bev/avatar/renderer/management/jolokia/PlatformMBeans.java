package io.bev.avatar.renderer.management.jolokia;

import java.util.List;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** JDK MBeans that write files, load agents or dump the heap; not needed remotely. */
public final class PlatformMBeans {

    private static final Logger LOG = LoggerFactory.getLogger(PlatformMBeans.class);

    private static final List<String> DANGEROUS = List.of(
            "com.sun.management:type=DiagnosticCommand",
            "com.sun.management:type=HotSpotDiagnostic",
            "jdk.management.jfr:type=FlightRecorder",
            "java.util.logging:type=Logging");

    private PlatformMBeans() {}

    /** Unregisters them from {@code server}. */
    public static void removeDangerous(MBeanServer server) {
        for (String name : DANGEROUS) {
            try {
                server.unregisterMBean(new ObjectName(name));
            } catch (InstanceNotFoundException e) {
                LOG.debug("{} is not registered", name);
            } catch (JMException e) {
                throw new IllegalStateException(name + " cannot be unregistered: " + e.getMessage(), e);
            }
        }
    }
}
