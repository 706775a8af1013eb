package io.bev.avatar.renderer.management.jolokia;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jolokia.core.api.LogHandler;
import org.jolokia.json.JSONStructure;
import org.jolokia.server.core.config.ConfigKey;
import org.jolokia.server.core.config.StaticConfiguration;
import org.jolokia.server.core.config.SystemPropertyMode;
import org.jolokia.server.core.http.HttpRequestHandler;
import org.jolokia.server.core.request.BadRequestException;
import org.jolokia.server.core.request.EmptyResponseException;
import org.jolokia.server.core.service.JolokiaServiceManagerFactory;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.service.jmx.LocalRequestHandler;
import org.jolokia.service.serializer.JolokiaSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jolokia without its own server: only the handler of local MBeans and the serializer. Proxy, discovery, history and
 * notification services are not added, and system properties and environment variables do not affect its
 * configuration.
 */
final class JolokiaBackend implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("jolokia");
    private static final int HANDLER_ORDER = 1000;
    private static final int BAD_REQUEST = 400;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JolokiaServiceManager services;
    private final HttpRequestHandler handler;
    private final OperationArguments arguments = new OperationArguments(ManagementFactory.getPlatformMBeanServer());

    JolokiaBackend(Restrictor policy) {
        services = JolokiaServiceManagerFactory.createJolokiaServiceManager(new Sealed(), new Log(), policy);
        services.addService(new LocalRequestHandler(HANDLER_ORDER));
        services.addService(new JolokiaSerializer());
        handler = new HttpRequestHandler(services.start());
    }

    /** Executes each request separately; rejected and failed ones return their status. */
    String answer(ValidatedBulkRequest bulk) throws IOException {
        List<String> answers = new ArrayList<>();
        for (byte[] request : bulk.requests()) {
            answers.add(answer(request));
        }
        return bulk.array() ? "[" + String.join(",", answers) + "]" : answers.get(0);
    }

    private String answer(byte[] request) throws IOException {
        JsonNode tree = JSON.readTree(request);
        Optional<String> problem = arguments.problem(tree);
        if (problem.isPresent()) {
            ObjectNode error = JsonNodeFactory.instance.objectNode();
            error.set("request", tree);
            error.put("error_type", IllegalArgumentException.class.getName());
            return error.put("error", problem.get()).put("status", BAD_REQUEST).toString();
        }
        try {
            JSONStructure reply =
                    handler.handlePostRequest("/jolokia", new ByteArrayInputStream(request), "utf-8", Map.of());
            return reply.toJSONString();
        } catch (BadRequestException | EmptyResponseException | RuntimeException e) {
            return handler.handleThrowable(e).toJSONString();
        }
    }

    @Override
    public void close() {
        services.stop();
    }

    /** Configuration that ignores system properties and environment variables. */
    private static final class Sealed extends StaticConfiguration {

        Sealed() {
            super(values(), new HashMap<>(), SystemPropertyMode.NEVER);
        }

        private static Map<String, String> values() {
            Map<String, String> values = new HashMap<>();
            values.put(ConfigKey.AGENT_ID.getKeyValue(), "avatar-renderer");
            values.put(ConfigKey.AGENT_TYPE.getKeyValue(), "embedded");
            values.put(ConfigKey.MAX_DEPTH.getKeyValue(), "12");
            values.put(ConfigKey.MAX_COLLECTION_SIZE.getKeyValue(), "1000");
            values.put(ConfigKey.MAX_OBJECTS.getKeyValue(), "20000");
            values.put(ConfigKey.ALLOW_ERROR_DETAILS.getKeyValue(), "false");
            values.put(ConfigKey.INCLUDE_STACKTRACE.getKeyValue(), "false");
            values.put(ConfigKey.DISABLE_DETECTORS.getKeyValue(), "true");
            values.put(ConfigKey.DISCOVERY_ENABLED.getKeyValue(), "false");
            values.put(ConfigKey.DEBUG.getKeyValue(), "false");
            return values;
        }

        @Override
        protected Map<String, String> env() {
            return Map.of();
        }

        @Override
        protected Properties sys() {
            return new Properties();
        }
    }

    private static final class Log implements LogHandler {

        @Override
        public void debug(String message) {
            LOG.debug("{}", message);
        }

        @Override
        public void info(String message) {
            LOG.debug("{}", message);
        }

        @Override
        public void error(String message, Throwable fault) {
            LOG.warn("{}", message, fault);
        }

        @Override
        public boolean isDebug() {
            return false;
        }
    }
}
