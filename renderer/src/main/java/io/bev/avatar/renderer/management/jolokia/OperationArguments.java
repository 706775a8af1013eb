package io.bev.avatar.renderer.management.jolokia;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/** Checks operation and arguments of a request before Jolokia converts them: its errors name classes, not parameters. */
final class OperationArguments {

    private static final String DOMAIN = "bev.avatar";

    private final MBeanServer server;

    OperationArguments(MBeanServer server) {
        this.server = server;
    }

    /** The error of an {@code exec} request; empty if there is none, or if the request is left to Jolokia. */
    Optional<String> problem(JsonNode request) {
        String mbean = request.path("mbean").asText("");
        if (!request.path("type").asText().equals("exec") || !mbean.startsWith(DOMAIN + ":")) {
            return Optional.empty();
        }
        try {
            MBeanOperationInfo[] operations =
                    server.getMBeanInfo(new ObjectName(mbean)).getOperations();
            return problem(mbean, operations, request);
        } catch (InstanceNotFoundException e) {
            return Optional.of("mbean: found no " + mbean + ", expected one of " + names());
        } catch (MalformedObjectNameException e) {
            return Optional.of("mbean: '" + mbean + "' is not a name such as " + DOMAIN + ":type=Avatar");
        } catch (JMException e) {
            return Optional.empty();
        }
    }

    private String names() {
        try {
            return server.queryNames(new ObjectName(DOMAIN + ":*"), null).stream()
                    .map(ObjectName::getCanonicalName)
                    .sorted()
                    .collect(Collectors.joining(", "));
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<String> problem(String mbean, MBeanOperationInfo[] operations, JsonNode request) {
        String operation = request.path("operation").asText("");
        String name = operation.replaceFirst("\\(.*", "");
        List<MBeanOperationInfo> found = Arrays.stream(operations)
                .filter(info -> info.getName().equals(name))
                .toList();
        if (found.isEmpty()) {
            TreeSet<String> known = new TreeSet<>();
            Arrays.stream(operations).forEach(info -> known.add(info.getName()));
            return Optional.of("operation: found '" + operation + "', expected one of "
                    + (known.isEmpty() ? "none, " + mbean + " has no operations" : String.join(", ", known)));
        }
        // Operations are not overloaded; those of other MBeans in the domain are left to Jolokia.
        return found.size() > 1 ? Optional.empty() : problem(found.get(0), request.path("arguments"));
    }

    private static Optional<String> problem(MBeanOperationInfo operation, JsonNode arguments) {
        MBeanParameterInfo[] parameters = operation.getSignature();
        if (arguments.size() != parameters.length || !(arguments.isArray() || arguments.isMissingNode())) {
            List<String> expected = new ArrayList<>();
            for (MBeanParameterInfo parameter : parameters) {
                expected.add(parameter.getName() + " (" + kind(parameter.getType()) + ")");
            }
            return Optional.of(operation.getName() + ": found "
                    + (arguments.isArray() || arguments.isMissingNode()
                            ? arguments.size() + (arguments.size() == 1 ? " argument" : " arguments")
                            : "arguments that are no list")
                    + ", expected "
                    + (expected.isEmpty() ? "none" : parameters.length + ": " + String.join(", ", expected)));
        }
        for (int i = 0; i < parameters.length; i++) {
            JsonNode argument = arguments.get(i);
            if (!fits(parameters[i].getType(), argument)) {
                return Optional.of(operation.getName() + ": " + parameters[i].getName() + ": found "
                        + (argument.isNull() ? "nothing" : argument) + ", expected "
                        + kind(parameters[i].getType()));
            }
        }
        return Optional.empty();
    }

    private static boolean fits(String type, JsonNode argument) {
        if (argument.isNull() || argument.isContainerNode()) {
            return false;
        }
        String text = argument.asText();
        try {
            switch (type) {
                case "int" -> Integer.parseInt(text);
                case "long" -> Long.parseLong(text);
                case "double" -> {
                    return Double.isFinite(Double.parseDouble(text));
                }
                case "boolean" -> {
                    return text.equals("true") || text.equals("false");
                }
                default -> {
                    return true;
                }
            }
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static String kind(String type) {
        return switch (type) {
            case "int", "long" -> "a whole number";
            case "double" -> "a number";
            case "boolean" -> "true or false";
            default -> "text";
        };
    }
}
