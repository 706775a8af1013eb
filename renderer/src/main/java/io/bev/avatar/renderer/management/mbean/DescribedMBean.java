package io.bev.avatar.renderer.management.mbean;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Optional;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.NotificationBroadcasterSupport;
import javax.management.NotificationEmitter;
import javax.management.ReflectionException;
import javax.management.StandardEmitterMBean;

/** An MXBean whose metadata is taken from the {@link Description} annotations of its interface. */
final class DescribedMBean extends StandardEmitterMBean {

    /**
     * @param bean also used as the source of notifications if it is a {@link NotificationEmitter}
     * @param type its MXBean interface, without overloads
     */
    <T> DescribedMBean(T bean, Class<T> type) {
        super(
                bean,
                type,
                true,
                bean instanceof NotificationEmitter emitter ? emitter : new NotificationBroadcasterSupport());
    }

    /** Rejects missing arguments by the name of their parameter; jconsole sends null for an empty field. */
    @Override
    public Object invoke(String operation, Object[] arguments, String[] signature)
            throws MBeanException, ReflectionException {
        Optional<Method> method = method(operation);
        if (method.isPresent() && arguments != null) {
            Parameter[] parameters = method.get().getParameters();
            for (int i = 0; i < Math.min(parameters.length, arguments.length); i++) {
                if (arguments[i] == null) {
                    throw new IllegalArgumentException(operation + ": " + parameters[i].getName()
                            + ": found nothing, expected "
                            + (parameters[i].getType() == String.class ? "text" : parameters[i].getType()));
                }
            }
        }
        return super.invoke(operation, arguments, signature);
    }

    @Override
    protected String getDescription(MBeanInfo info) {
        Description description = getMBeanInterface().getAnnotation(Description.class);
        return description == null ? "" : description.value();
    }

    @Override
    protected String getDescription(MBeanAttributeInfo info) {
        return method((info.isIs() ? "is" : "get") + info.getName())
                .map(DescribedMBean::description)
                .orElse("");
    }

    @Override
    protected String getDescription(MBeanOperationInfo info) {
        return method(info.getName()).map(DescribedMBean::description).orElse("");
    }

    /** With the unit of a number, because Jolokia's list has no descriptors. */
    private static String description(Method method) {
        Description description = method.getAnnotation(Description.class);
        Unit unit = method.getAnnotation(Unit.class);
        if (description == null) {
            return "";
        }
        return unit == null || !Unit.MEASURES.contains(unit.value())
                ? description.value()
                : description.value() + " [" + unit.value() + "]";
    }

    @Override
    protected int getImpact(MBeanOperationInfo info) {
        return MBeanOperationInfo.ACTION;
    }

    @Override
    protected String getParameterName(MBeanOperationInfo op, MBeanParameterInfo info, int position) {
        return parameter(op, position).map(Parameter::getName).orElse(info.getName());
    }

    @Override
    protected String getDescription(MBeanOperationInfo op, MBeanParameterInfo info, int position) {
        return parameter(op, position)
                .map(p -> p.getAnnotation(Description.class))
                .map(Description::value)
                .orElse("");
    }

    private Optional<Parameter> parameter(MBeanOperationInfo op, int position) {
        return method(op.getName()).map(m -> m.getParameters()[position]);
    }

    private Optional<Method> method(String name) {
        for (Method method : getMBeanInterface().getMethods()) {
            if (method.getName().equals(name)) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }
}
