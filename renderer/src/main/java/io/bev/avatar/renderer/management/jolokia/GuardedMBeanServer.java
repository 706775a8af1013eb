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
 * What a remote JMX client may do: anybody reads, an operator also operates this program's MBeans. Nobody creates or removes
 * MBeans, which would be a way to run any code.
 */
final class GuardedMBeanServer implements InvocationHandler {

    static final String READER = "reader";
    static final String OPERATOR = "operator";

    private static final String DOMAIN = "bev.avatar";
    private static final Set<String> READING = Set.of(
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
    private static final Set<String> CHANGING = Set.of("invoke", "setAttribute", "setAttributes");
    /** What the class loading of a connection calls; none of it changes anything. */
    private static final Set<String> LOADERS =
            Set.of("getClassLoader", "getClassLoaderFor", "getClassLoaderRepository");
    /** Operations of java.lang:type=Threading that only look: jconsole's thread list. */
    private static final Set<String> LOOKING =
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
        if (READING.contains(method) || LOADERS.contains(method)) {
            return;
        }
        if (!CHANGING.contains(method) || !(arguments[0] instanceof ObjectName name)) {
            throw new SecurityException(method + " is not allowed");
        }
        if (method.equals("invoke")
                && name.getCanonicalName().equals("java.lang:type=Threading")
                && LOOKING.contains(arguments[1])) {
            return;
        }
        if (!operator()) {
            throw new SecurityException(
                    "reading only: connect as user " + ControlPassword.USER + " with the control password to operate");
        }
        if (!name.getDomain().equals(DOMAIN)) {
            throw new SecurityException(name + ": only MBeans of " + DOMAIN + " may be operated");
        }
    }

    // Java 17 has no other way to the subject of a JMX connection; Subject.current() came with 18.
    @SuppressWarnings("removal")
    private static boolean operator() {
        Subject subject = Subject.getSubject(AccessController.getContext());
        return subject != null && subject.getPrincipals().contains(new JMXPrincipal(OPERATOR));
    }
}
