package io.bev.avatar.renderer.management.jolokia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.cds.FreePorts;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.management.Attribute;
import javax.management.MBeanServer;
import javax.management.MBeanServerConnection;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;
import javax.management.StandardEmitterMBean;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JmxEndpointTest {

    /** MBean with an attribute to read and write and an operation to call. */
    public interface Door {
        String getState();

        int getWidth();

        void setWidth(int width);

        void close();
    }

    private static final class RealDoor extends NotificationBroadcasterSupport implements Door {
        private String state = "open";
        private int width = 1;

        @Override
        public String getState() {
            return state;
        }

        @Override
        public int getWidth() {
            return width;
        }

        @Override
        public void setWidth(int width) {
            this.width = width;
        }

        @Override
        public void close() {
            state = "closed";
            sendNotification(new Notification("door", "door", 1, "closed"));
        }
    }

    private final MBeanServer mbeans = ManagementFactory.getPlatformMBeanServer();
    private final RealDoor door = new RealDoor();
    private ObjectName ours;
    private ObjectName other;

    @BeforeEach
    void register() throws Exception {
        ours = new ObjectName("bev.avatar:type=Door");
        other = new ObjectName("other:type=Door");
        mbeans.registerMBean(new StandardEmitterMBean(door, Door.class, door), ours);
        mbeans.registerMBean(new StandardEmitterMBean(door, Door.class, door), other);
    }

    @AfterEach
    void unregister() throws Exception {
        mbeans.unregisterMBean(ours);
        mbeans.unregisterMBean(other);
    }

    @SuppressWarnings("BanJNDI") // same connection as jconsole, to a local server
    private static JMXConnector connect(int port, String... credentials) throws IOException {
        JMXServiceURL url = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi");
        return JMXConnectorFactory.connect(
                url, credentials.length == 0 ? Map.of() : Map.of(JMXConnector.CREDENTIALS, credentials));
    }

    @Test
    void withoutCredentials_accessIsReadOnly() throws Exception {
        int port = FreePorts.take(1)[0];
        try (JmxEndpoint endpoint = new JmxEndpoint(port, ControlPassword.of("opensesame"));
                JMXConnector connector = connect(port)) {
            assertThat(endpoint).isNotNull();
            MBeanServerConnection server = connector.getMBeanServerConnection();
            assertThat(server.getAttribute(ours, "State")).isEqualTo("open");
            assertThat(server.queryNames(new ObjectName("bev.avatar:*"), null)).contains(ours);
            assertThat(server.invoke(
                            new ObjectName("java.lang:type=Threading"),
                            "findDeadlockedThreads",
                            new Object[0],
                            new String[0]))
                    .isNull();

            assertThatThrownBy(() -> server.invoke(ours, "close", new Object[0], new String[0]))
                    .isInstanceOf(SecurityException.class)
                    .hasMessageContaining("control password");
            assertThatThrownBy(() -> server.setAttribute(ours, new Attribute("Width", 2)))
                    .isInstanceOf(SecurityException.class);
            assertThatThrownBy(() -> server.createMBean("javax.management.loading.MLet", new ObjectName("x:y=z")))
                    .isInstanceOf(SecurityException.class);
            assertThatThrownBy(() -> server.unregisterMBean(ours)).isInstanceOf(SecurityException.class);
            assertThat(door.getState()).isEqualTo("open");
        }
    }

    @Test
    void withPassword_operationsAreLimitedToAvatarDomain() throws Exception {
        int port = FreePorts.take(1)[0];
        try (JmxEndpoint endpoint = new JmxEndpoint(port, ControlPassword.of("opensesame"));
                JMXConnector connector = connect(port, "avatar", "opensesame")) {
            assertThat(endpoint).isNotNull();
            MBeanServerConnection server = connector.getMBeanServerConnection();
            BlockingQueue<Notification> heard = new LinkedBlockingQueue<>();
            server.addNotificationListener(ours, (n, handback) -> heard.add(n), null, null);
            server.setAttribute(ours, new Attribute("Width", 2));
            server.invoke(ours, "close", new Object[0], new String[0]);
            assertThat(door.getState()).isEqualTo("closed");
            assertThat(door.getWidth()).isEqualTo(2);
            assertThat(heard.poll(20, TimeUnit.SECONDS))
                    .isNotNull()
                    .extracting(Notification::getMessage)
                    .isEqualTo("closed");

            assertThatThrownBy(() -> server.invoke(other, "close", new Object[0], new String[0]))
                    .isInstanceOf(SecurityException.class)
                    .hasMessageContaining("only on MBeans of domain bev.avatar");
            assertThatThrownBy(() -> server.createMBean("javax.management.loading.MLet", new ObjectName("x:y=z")))
                    .isInstanceOf(SecurityException.class);
        }
    }

    @Test
    void wrongPassword_isRejected_asIsAnyWithoutFile() throws Exception {
        int port = FreePorts.take(1)[0];
        try (JmxEndpoint endpoint = new JmxEndpoint(port, ControlPassword.of("opensesame"))) {
            assertThat(endpoint).isNotNull();
            assertThatThrownBy(() -> connect(port, "avatar", "guess").close())
                    .isInstanceOf(SecurityException.class)
                    .hasMessageContaining("wrong user or password");
        }
        int second = FreePorts.take(1)[0];
        try (JmxEndpoint endpoint = new JmxEndpoint(second, ControlPassword.none())) {
            assertThat(endpoint).isNotNull();
            assertThatThrownBy(() -> connect(second, "avatar", "").close())
                    .isInstanceOf(SecurityException.class)
                    .hasMessageContaining("renderer.control-password-file");
        }
    }

    @Test
    void usedPort_isRejectedWithRemedy() throws Exception {
        try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> new JmxEndpoint(holder.getLocalPort(), ControlPassword.none()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("renderer.jmx-port");
        }
    }

    @Test
    void closed_rejectsConnections() throws Exception {
        int port = FreePorts.take(1)[0];
        new JmxEndpoint(port, ControlPassword.none()).close();
        assertThatThrownBy(() -> connect(port).close()).isInstanceOf(IOException.class);
    }
}
