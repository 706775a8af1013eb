package io.bev.avatar.renderer.management.jolokia;

import java.util.List;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The JDK's MBeans that write files, load agents or dump the heap; nobody needs them over the wire. */
public final class PlatformMBeans {

    private static final Logger log = LoggerFactory.getLogger(PlatformMBeans.class);

    private static final List<String> DANGEROUS = List.of(
            "com.sun.management:type=DiagnosticCommand",
            "com.sun.management:type=HotSpotDiagnostic",
            "jdk.management.jfr:type=FlightRecorder",
            "java.util.logging:type=Logging");

    private PlatformMBeans() {}

    /** Takes them off {@code server}. */
    public static void removeDangerous(MBeanServer server) {
        for (String name : DANGEROUS) {
            try {
                server.unregisterMBean(new ObjectName(name));
            } catch (InstanceNotFoundException e) {
                log.debug("{} is not there", name);
            } catch (JMException e) {
                throw new IllegalStateException(name + " cannot be taken off: " + e.getMessage(), e);
            }
        }
    }
}
