package io.bev.avatar.exporter.collector.renderer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import java.util.ArrayList;
import java.util.List;

/** The one request of a scrape and its answer: MBeans in, JSON values out. */
final class JolokiaBulkRead {

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int MAX_DEPTH = 32;

    private static final JsonTrees JSON = JsonTrees.ofDepth(MAX_DEPTH);

    /**
     * An MBean to read.
     *
     * @param name object name or pattern
     * @param attributes which; empty for all
     */
    record Wanted(String name, List<String> attributes) {
        Wanted {
            attributes = List.copyOf(attributes);
        }

        boolean pattern() {
            return name.contains("*");
        }
    }

    /**
     * What Jolokia gave for a {@link Wanted}.
     *
     * @param value attributes by name, for a pattern by object name first; missing when refused
     * @param error why it was refused, else empty
     */
    record Given(JsonNode value, String error) {
        boolean ok() {
            return error.isEmpty();
        }
    }

    private final List<Wanted> wanted;
    private final String request;

    JolokiaBulkRead(List<Wanted> wanted) {
        this.wanted = List.copyOf(wanted);
        ArrayNode requests = JsonTrees.array();
        for (Wanted bean : wanted) {
            ObjectNode one = requests.addObject().put("type", "read").put("mbean", bean.name());
            if (!bean.attributes().isEmpty()) {
                ArrayNode attributes = one.putArray("attribute");
                bean.attributes().forEach(attributes::add);
            }
        }
        this.request = JsonTrees.write(requests);
    }

    /** The body to send. */
    String request() {
        return request;
    }

    /** What {@code body} gives for each wanted MBean, in their order. Jolokia tells errors inside, under HTTP 200. */
    List<Given> parse(String body) throws JolokiaException {
        JsonNode tree;
        try {
            tree = JSON.read(body);
        } catch (JsonProcessingException e) {
            throw new JolokiaException("the answer is not JSON: " + e.getOriginalMessage(), e);
        }
        if (tree.isObject()) {
            throw new JolokiaException("refused as a whole: " + error(tree));
        }
        if (!tree.isArray() || tree.size() != wanted.size()) {
            throw new JolokiaException("the answer is no list of " + wanted.size() + " results");
        }
        List<Given> given = new ArrayList<>(tree.size());
        for (int i = 0; i < tree.size(); i++) {
            given.add(judge(wanted.get(i), tree.get(i)));
        }
        return given;
    }

    private static Given judge(Wanted bean, JsonNode result) {
        int status = result.path("status").asInt();
        if (status == OK && result.path("value").isObject()) {
            return new Given(result.path("value"), "");
        }
        if (status == NOT_FOUND && bean.pattern()) {
            return new Given(JsonTrees.object(), "");
        }
        return new Given(MissingNode.getInstance(), bean.name() + ": " + error(result));
    }

    private static String error(JsonNode result) {
        String text =
                result.path("error").asText("no error text").lines().findFirst().orElse("");
        return "status " + result.path("status").asInt() + ", " + text;
    }
}
