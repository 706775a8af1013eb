package io.bev.avatar.renderer.management.jolokia;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.rmi.NoSuchObjectException;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.rmi.server.ExportException;
import java.rmi.server.RMIServerSocketFactory;
import java.rmi.server.UnicastRemoteObject;
import java.util.HashMap;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.remote.JMXAuthenticator;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXPrincipal;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;
import javax.security.auth.Subject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JMX over RMI for jconsole, on 127.0.0.1 and one fixed port. Without credentials access is read-only; user {@value
 * ControlPassword#USER} with the control password may also invoke operations of the bev.avatar MBeans.
 */
public final class JmxEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JmxEndpoint.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int BACKLOG = 16;
    /** JMX clients are local and have no address of their own. */
    private static final String JMX_CLIENT = "a JMX client";

    private final Registry registry;
    private final JMXConnectorServer server;

    /**
     * @param port of both registry and connections
     * @throws IOException when the port is in use; the message names the remedy
     */
    public JmxEndpoint(int port, ControlPassword password) throws IOException {
        // Stubs contain this address; the host name could resolve to an address without a listener.
        if (System.getProperty("java.rmi.server.hostname") == null) {
            System.setProperty("java.rmi.server.hostname", LOOPBACK);
        }
        LoopbackSockets sockets = new LoopbackSockets();
        try {
            registry = LocateRegistry.createRegistry(port, null, sockets);
        } catch (ExportException e) {
            throw new IOException(
                    "cannot listen on " + LOOPBACK + ":" + port + " for JMX: " + rootMessage(e)
                            + "; stop the process that uses the port or change renderer.jmx-port",
                    e);
        }
        try {
            server = start(port, password, sockets);
        } catch (IOException | RuntimeException e) {
            unexport(registry);
            throw e;
        }
    }

    private static JMXConnectorServer start(int port, ControlPassword password, LoopbackSockets sockets)
            throws IOException {
        Map<String, Object> environment = new HashMap<>();
        environment.put(RMIConnectorServer.RMI_SERVER_SOCKET_FACTORY_ATTRIBUTE, sockets);
        environment.put(JMXConnectorServer.AUTHENTICATOR, authenticator(password));
        environment.put(
                RMIConnectorServer.CREDENTIALS_FILTER_PATTERN,
                "maxarray=2;maxdepth=3;" + String.class.getName() + ";" + String[].class.getName() + ";!*");
        environment.put(
                RMIConnectorServer.SERIAL_FILTER_PATTERN,
                "maxdepth=20;maxarray=10000;java.lang.*;java.math.*;java.util.*;javax.management.**;java.rmi.**;"
                        + "javax.security.auth.Subject;!*");
        MBeanServer platform = ManagementFactory.getPlatformMBeanServer();
        String address = LOOPBACK + ":" + port;
        JMXServiceURL url = new JMXServiceURL("service:jmx:rmi://" + address + "/jndi/rmi://" + address + "/jmxrmi");
        JMXConnectorServer server = JMXConnectorServerFactory.newJMXConnectorServer(url, environment, platform);
        server.setMBeanServerForwarder(GuardedMBeanServer.create());
        server.start();
        return server;
    }

    private static JMXAuthenticator authenticator(ControlPassword password) {
        return credentials -> {
            if (credentials == null) {
                return subject(GuardedMBeanServer.READER);
            }
            if (!password.permits(JMX_CLIENT)) {
                throw new SecurityException("too many wrong passwords: wait a second");
            }
            if (credentials instanceof String[] pair && pair.length == 2 && password.matches(pair[0], pair[1])) {
                return subject(GuardedMBeanServer.OPERATOR);
            }
            password.failed(JMX_CLIENT);
            throw new SecurityException(
                    password.present()
                            ? "wrong user or password: connect without credentials for read access, or as "
                                    + ControlPassword.USER
                            : "no control password is configured (renderer.control-password-file): connect without"
                                    + " credentials for read access");
        };
    }

    private static Subject subject(String role) {
        Subject subject = new Subject();
        subject.getPrincipals().add(new JMXPrincipal(role));
        subject.setReadOnly();
        return subject;
    }

    private static String rootMessage(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private static void unexport(Registry registry) {
        try {
            UnicastRemoteObject.unexportObject(registry, true);
        } catch (NoSuchObjectException e) {
            LOG.debug("JMX registry was already closed");
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (IOException e) {
            LOG.warn("JMX connector failed to stop: {}", e.getMessage());
        }
        unexport(registry);
    }

    /** Listens on loopback only. All instances are equal, so that RMI lets registry and server share a port. */
    private static final class LoopbackSockets implements RMIServerSocketFactory {

        @Override
        public ServerSocket createServerSocket(int port) throws IOException {
            return new ServerSocket(port, BACKLOG, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof LoopbackSockets;
        }

        @Override
        public int hashCode() {
            return LoopbackSockets.class.hashCode();
        }
    }
}
