package io.bev.avatar.exporter.collector.renderer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import java.util.ArrayList;
import java.util.List;

/** The single Jolokia request of a scrape and its response: MBean names in, JSON values out. */
final class JolokiaBulkRead {

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    /**
     * An MBean to read.
     *
     * @param name object name or pattern
     * @param attributes attribute names; empty for all
     */
    record MBeanRead(String name, List<String> attributes) {
        MBeanRead {
            attributes = List.copyOf(attributes);
        }

        boolean pattern() {
            return name.contains("*");
        }
    }

    /**
     * Jolokia's result for a {@link MBeanRead}.
     *
     * @param value attributes by name, for a pattern by object name first; missing on an error
     * @param error error text; empty on success
     */
    record MBeanResult(JsonNode value, String error) {
        boolean ok() {
            return error.isEmpty();
        }
    }

    private final List<MBeanRead> reads;
    private final String request;

    JolokiaBulkRead(List<MBeanRead> reads) {
        this.reads = List.copyOf(reads);
        ArrayNode requests = JsonTrees.array();
        for (MBeanRead bean : reads) {
            ObjectNode one = requests.addObject().put("type", "read").put("mbean", bean.name());
            if (!bean.attributes().isEmpty()) {
                ArrayNode attributes = one.putArray("attribute");
                bean.attributes().forEach(attributes::add);
            }
        }
        this.request = JsonTrees.write(requests);
    }

    /** The request body. */
    String request() {
        return request;
    }

    /**
     * Parses a response body into one result per MBean, in order. Jolokia reports errors inside the body, under HTTP
     * 200.
     */
    List<MBeanResult> parse(String body) throws JolokiaException {
        JsonNode tree;
        try {
            tree = JsonTrees.JSON.read(body);
        } catch (JsonProcessingException e) {
            throw new JolokiaException("the response is not JSON: " + e.getOriginalMessage(), e);
        }
        if (tree.isObject()) {
            throw new JolokiaException("request rejected: " + error(tree));
        }
        if (!tree.isArray() || tree.size() != reads.size()) {
            throw new JolokiaException("the response is not a list of " + reads.size() + " results");
        }
        List<MBeanResult> results = new ArrayList<>(tree.size());
        for (int i = 0; i < tree.size(); i++) {
            results.add(toResult(reads.get(i), tree.get(i)));
        }
        return results;
    }

    private static MBeanResult toResult(MBeanRead bean, JsonNode result) {
        int status = result.path("status").asInt();
        if (status == OK && result.path("value").isObject()) {
            return new MBeanResult(result.path("value"), "");
        }
        if (status == NOT_FOUND && bean.pattern()) {
            return new MBeanResult(JsonTrees.object(), "");
        }
        return new MBeanResult(MissingNode.getInstance(), bean.name() + ": " + error(result));
    }

    private static String error(JsonNode result) {
        String text =
                result.path("error").asText("no error text").lines().findFirst().orElse("");
        return "status " + result.path("status").asInt() + ", " + text;
    }
}
