package io.bev.avatar.renderer.management.jolokia;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.security.AccessController;
import java.util.Set;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.remote.JMXPrincipal;
import javax.management.remote.MBeanServerForwarder;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/**
 * Access control for remote JMX clients: anyone may read, an operator may also invoke operations of the bev.avatar
 * MBeans. Creating or removing MBeans is denied, because it would allow running arbitrary code.
 */
final class GuardedMBeanServer implements InvocationHandler {

    static final String READER = "reader";
    static final String OPERATOR = "operator";

    private static final String DOMAIN = "bev.avatar";
    private static final Set<String> READ_METHODS = Set.of(
            "getAttribute",
            "getAttributes",
            "getMBeanInfo",
            "getMBeanCount",
            "getDomains",
            "getDefaultDomain",
            "getObjectInstance",
            "queryNames",
            "queryMBeans",
            "isRegistered",
            "isInstanceOf",
            "addNotificationListener",
            "removeNotificationListener");
    private static final Set<String> WRITE_METHODS = Set.of("invoke", "setAttribute", "setAttributes");
    /** Called by the connection's class loading; read-only. */
    private static final Set<String> CLASS_LOADER_METHODS =
            Set.of("getClassLoader", "getClassLoaderFor", "getClassLoaderRepository");
    /** Read-only operations of java.lang:type=Threading, used by jconsole's thread list. */
    private static final Set<String> READ_ONLY_THREAD_OPERATIONS =
            Set.of("getThreadInfo", "dumpAllThreads", "findDeadlockedThreads", "findMonitorDeadlockedThreads");

    private @Nullable MBeanServer server;

    static MBeanServerForwarder create() {
        return (MBeanServerForwarder) Proxy.newProxyInstance(
                MBeanServerForwarder.class.getClassLoader(),
                new Class<?>[] {MBeanServerForwarder.class},
                new GuardedMBeanServer());
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getName().equals("setMBeanServer") && arguments != null) {
            server = (MBeanServer) arguments[0];
            return null;
        }
        if (method.getName().equals("getMBeanServer")) {
            return server;
        }
        if (method.getDeclaringClass() != Object.class) {
            check(method.getName(), arguments == null ? new Object[0] : arguments);
        }
        try {
            return method.invoke(server, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static void check(String method, Object[] arguments) {
        if (READ_METHODS.contains(method) || CLASS_LOADER_METHODS.contains(method)) {
            return;
        }
        if (!WRITE_METHODS.contains(method) || !(arguments[0] instanceof ObjectName name)) {
            throw new SecurityException(method + " is not allowed");
        }
        if (method.equals("invoke")
                && name.getCanonicalName().equals("java.lang:type=Threading")
                && READ_ONLY_THREAD_OPERATIONS.contains(arguments[1])) {
            return;
        }
        if (!operator()) {
            throw new SecurityException("read-only access: connect as user " + ControlPassword.USER
                    + " with the control password for operations");
        }
        if (!name.getDomain().equals(DOMAIN)) {
            throw new SecurityException(name + ": operations are allowed only on MBeans of domain " + DOMAIN);
        }
    }

    // Java 17 has no alternative; Subject.current() exists since 18.
    @SuppressWarnings("removal")
    private static boolean operator() {
        Subject subject = Subject.getSubject(AccessController.getContext());
        return subject != null && subject.getPrincipals().contains(new JMXPrincipal(OPERATOR));
    }
}
