package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bev.avatar.testkit.StubHttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {

    private static final String JOLOKIA = """
        [{"request":{"mbean":"a:type=One"},"status":200,"value":{"Count":1,"Map":{"used":5}}},
         {"request":{"mbean":"a:type=Many,*"},"status":404,"error":"not found"}]
        """;

    private final HttpClient client = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init") // set before each test
    private StubHttpServer server;

    @SuppressWarnings("NullAway.Init") // set before each test
    private FaultProxy proxy;

    @BeforeEach
    void start() throws Exception {
        server = new StubHttpServer(asked -> StubHttpServer.Answer.json(JOLOKIA));
        proxy = FaultProxy.start(
                InetAddress.getLoopbackAddress(),
                client,
                "http://127.0.0.1:" + server.address("/").getPort());
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.close();
    }

    @Test
    void change_replacesAttributes_addsMBeans_andRemovesValues() throws Exception {
        proxy.change("a:type=One", "Map/used", value -> IntNode.valueOf(value.asInt() + 1));
        proxy.change("a:type=One", "Count", value -> MissingNode.getInstance());
        proxy.change("a:type=Many,*", "Up", value -> IntNode.valueOf(0));

        JsonNode answer = StackClient.JSON.readTree(get("/jolokia/"));

        assertThat(answer.at("/0/value/Map/used").asInt()).isEqualTo(6);
        assertThat(answer.at("/0/value/Count").isMissingNode()).isTrue();
        assertThat(answer.at("/1/status").asInt()).isEqualTo(200);
        assertThat(answer.at("/1/value/a:type=Many,name=added/Up").asInt()).isZero();
    }

    @Test
    void fail_reportsAnErrorForOneMBean() throws Exception {
        proxy.fail("a:type=One");

        JsonNode answer = StackClient.JSON.readTree(get("/jolokia/"));

        assertThat(answer.at("/0/status").asInt()).isEqualTo(500);
        assertThat(answer.at("/0/value").isMissingNode()).isTrue();
    }

    @Test
    void reject_closesOnlyMatchingRequests_untilCleared() throws Exception {
        proxy.reject(query -> query.contains("collect"));

        assertThatThrownBy(() -> get("/metrics?collect=x")).isInstanceOf(IOException.class);
        assertThat(get("/metrics")).contains("Count");
        proxy.clear();
        assertThat(get("/metrics?collect=x")).contains("Count");
    }

    @Test
    void answer_replacesPathsThatStartAlike() throws Exception {
        proxy.answer(Map.of("/health", new FaultProxy.Answer(500, "text/plain", "error")));

        assertThat(get("/health/live")).isEqualTo("error");
        assertThat(get("/other")).contains("Count");
    }

    private String get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + proxy.port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
