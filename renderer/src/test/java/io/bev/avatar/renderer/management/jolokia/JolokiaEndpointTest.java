package io.bev.avatar.renderer.management.jolokia;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JolokiaEndpointTest {

    /** MBean with an attribute to read and write and an operation to call. */
    public interface Lamp {
        int getLevel();

        void setLevel(int level);

        int flash();

        int dim(double factor, String why);
    }

    private static final class RealLamp implements Lamp {
        private final AtomicInteger level = new AtomicInteger(3);

        @Override
        public int getLevel() {
            return level.get();
        }

        @Override
        public void setLevel(int level) {
            this.level.set(level);
        }

        @Override
        public int flash() {
            return level.incrementAndGet();
        }

        @Override
        public int dim(double factor, String why) {
            level.set((int) (factor * level.get()));
            return level.get();
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String READ = "{\"type\":\"read\",\"mbean\":\"bev.avatar:type=Lamp\",\"attribute\":\"Level\"}";
    private static final String EXEC = "{\"type\":\"exec\",\"mbean\":\"bev.avatar:type=Lamp\",\"operation\":\"flash\"}";
    private static final String WRITE =
            "{\"type\":\"write\",\"mbean\":\"bev.avatar:type=Lamp\",\"attribute\":\"Level\",\"value\":9}";
    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString("avatar:opensesame".getBytes(UTF_8));

    private final MBeanServer mbeans = ManagementFactory.getPlatformMBeanServer();
    private final RealLamp lamp = new RealLamp();

    @TempDir
    Path directory;

    private record Reply(int status, String head, String body) {
        JsonNode json() throws IOException {
            return JSON.readTree(body);
        }
    }

    private interface Use {
        void run(int port) throws IOException;
    }

    @BeforeEach
    void register() throws Exception {
        mbeans.registerMBean(new StandardMBean(lamp, Lamp.class), new ObjectName("bev.avatar:type=Lamp"));
        mbeans.registerMBean(new StandardMBean(lamp, Lamp.class), new ObjectName("other:type=Lamp"));
    }

    @AfterEach
    void unregister() throws Exception {
        mbeans.unregisterMBean(new ObjectName("bev.avatar:type=Lamp"));
        mbeans.unregisterMBean(new ObjectName("other:type=Lamp"));
    }

    private void serving(ControlPassword password, Use use) throws IOException {
        try (JolokiaEndpoint endpoint = new JolokiaEndpoint(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), List.of(), Optional.empty(), password)) {
            use.run(endpoint.port());
        }
    }

    @Test
    void requestThreads_haveLowPriority() throws Exception {
        serving(ControlPassword.none(), port -> {
            assertThat(postTo(port, "/jolokia/", READ).status()).isEqualTo(200);

            List<Integer> nicenesses = new ArrayList<>();
            try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
                for (Path thread : threads) {
                    String stat = stat(thread);
                    if (stat.contains("(jolokia-")) {
                        nicenesses.add(Integer.valueOf(
                                stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]));
                    }
                }
            }
            assertThat(nicenesses).isNotEmpty().allMatch(niceness -> niceness >= 10);
        });
    }

    private static String stat(Path thread) throws IOException {
        try {
            return Files.readString(thread.resolve("stat"));
        } catch (IOException endedMeanwhile) {
            return "";
        }
    }

    private static Reply send(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            String[] parts = new String(socket.getInputStream().readAllBytes(), UTF_8).split("\r\n\r\n", 2);
            return new Reply(Integer.parseInt(parts[0].split(" ", 3)[1]), parts[0], parts.length > 1 ? parts[1] : "");
        }
    }

    private static String head(String method, String path, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nConnection: close\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static Reply postTo(int port, String path, String body, String... headers) throws IOException {
        String[] all = new String[headers.length + 3];
        all[0] = "Host: localhost:" + port;
        all[1] = "Content-Type: application/json";
        all[2] = "Content-Length: " + body.getBytes(UTF_8).length;
        System.arraycopy(headers, 0, all, 3, headers.length);
        return send(port, head("POST", path, all) + body);
    }

    private static Reply post(int port, String body, String... headers) throws IOException {
        return postTo(port, "/jolokia/", body, headers);
    }

    @Test
    void reading_avatarDomain_needsNoPassword() throws IOException {
        serving(ControlPassword.none(), port -> {
            Reply reply = post(port, READ);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.json().path("value").asInt()).isEqualTo(3);
            assertThat(reply.head()).contains("nosniff").contains("no-store");
            assertThat(reply.head().toLowerCase(java.util.Locale.ROOT)).doesNotContain("access-control");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "java.lang:type=Memory, HeapMemoryUsage, 200",
        "java.lang:type=Threading, ThreadCount, 200",
        "java.lang:type=Runtime, Uptime, 200",
        "java.lang:type=Runtime, StartTime, 200",
        "java.lang:type=OperatingSystem, ProcessCpuTime, 200",
        "java.lang:type=Runtime, SystemProperties, 403",
        "java.lang:type=Runtime, InputArguments, 403",
        "java.lang:type=Runtime, ClassPath, 403",
        "other:type=Lamp, Level, 403",
        "JMImplementation:type=MBeanServerDelegate, MBeanServerId, 403"
    })
    void policy_decidesByAttribute(String mbean, String attribute, int expected) throws IOException {
        String request = "{\"type\":\"read\",\"mbean\":\"" + mbean + "\",\"attribute\":\"" + attribute + "\"}";
        serving(ControlPassword.none(), port -> {
            Reply reply = post(port, request);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.json().path("status").asInt()).isEqualTo(expected);
            assertThat(reply.json().has("value")).isEqualTo(expected == 200);
        });
    }

    @Test
    void pattern_orWholeBean_doesNotBypassPolicy() throws IOException {
        serving(ControlPassword.none(), port -> {
            for (String mbean : List.of("java.lang:type=Runtime", "java.lang:*", "*:*", "other:*")) {
                Reply reply = post(
                        port, "{\"type\":\"read\",\"mbean\":\"" + mbean + "\",\"config\":{\"ignoreErrors\":true}}");
                assertThat(reply.body()).doesNotContain("java.class.path").doesNotContain("user.dir");
                JsonNode secret = reply.json().findPath("SystemProperties");
                assertThat(secret.isMissingNode() || secret.has("error"))
                        .as("%s: %s", mbean, secret)
                        .isTrue();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "search", "list"})
    void otherReadTypes_areAllowed(String type) throws IOException {
        serving(ControlPassword.none(), port -> {
            Reply reply = post(port, "{\"type\":\"" + type + "\",\"mbean\":\"bev.avatar:*\"}");
            assertThat(reply.json().path("status").asInt()).isEqualTo(200);
        });
    }

    @Test
    void control_withoutConfiguredPassword_isDisabled_withRemedy() throws IOException {
        serving(ControlPassword.none(), port -> {
            for (String request : List.of(EXEC, WRITE)) {
                Reply reply = post(port, request, "Authorization: " + BASIC);
                assertThat(reply.status()).isEqualTo(403);
                assertThat(reply.json().path("error").asText()).contains("renderer.control-password-file");
            }
            assertThat(lamp.getLevel()).isEqualTo(3);
        });
    }

    @Test
    void control_requiresPassword() throws IOException {
        serving(ControlPassword.of("opensesame"), port -> {
            Reply without = post(port, EXEC);
            assertThat(without.status()).isEqualTo(401);
            assertThat(without.head()).containsIgnoringCase("WWW-Authenticate: Basic");
            String wrong = Base64.getEncoder().encodeToString("avatar:guess".getBytes(UTF_8));
            assertThat(post(port, EXEC, "Authorization: Basic " + wrong).status())
                    .isEqualTo(401);
            String unknownUser = Base64.getEncoder().encodeToString("root:opensesame".getBytes(UTF_8));
            assertThat(post(port, EXEC, "Authorization: Basic " + unknownUser).status())
                    .isEqualTo(401);
            assertThat(post(port, EXEC, "Authorization: Basic !!!").status()).isEqualTo(401);
            assertThat(lamp.getLevel()).isEqualTo(3);

            assertThat(post(port, EXEC, "Authorization: " + BASIC)
                            .json()
                            .path("value")
                            .asInt())
                    .isEqualTo(4);
            assertThat(post(port, WRITE, "Authorization: " + BASIC)
                            .json()
                            .path("status")
                            .asInt())
                    .isEqualTo(200);
            assertThat(lamp.getLevel()).isEqualTo(9);
        });
    }

    @Test
    void password_doesNotAllowOtherDomains() throws IOException {
        serving(ControlPassword.of("opensesame"), port -> {
            for (String request : List.of(
                    EXEC.replace("bev.avatar", "other"),
                    WRITE.replace("bev.avatar", "other"),
                    "{\"type\":\"exec\",\"mbean\":\"java.lang:type=Memory\",\"operation\":\"gc\"}")) {
                Reply reply = post(port, request, "Authorization: " + BASIC);
                assertThat(reply.json().path("status").asInt()).isEqualTo(403);
            }
            assertThat(lamp.getLevel()).isEqualTo(3);
        });
    }

    @Test
    void bulk_withOneChange_isRejectedCompletely_withoutPassword() throws IOException {
        serving(ControlPassword.of("opensesame"), port -> {
            assertThat(post(port, "[" + READ + "," + EXEC + "," + READ + "]").status())
                    .isEqualTo(401);
            assertThat(lamp.getLevel()).isEqualTo(3);
        });
    }

    @Test
    void bulk_ofAllowedAndDenied_respondsToEach() throws IOException {
        String denied = READ.replace("bev.avatar", "other");
        serving(ControlPassword.of("opensesame"), port -> {
            JsonNode reading =
                    post(port, "[" + READ + "," + denied + "," + READ + "]").json();
            assertThat(reading).extracting(n -> n.path("status").asInt()).containsExactly(200, 403, 200);
            JsonNode mixed = post(
                            port,
                            "[" + READ + "," + EXEC.replace("bev.avatar", "other") + "," + EXEC + "]",
                            "Authorization: " + BASIC)
                    .json();
            assertThat(mixed).extracting(n -> n.path("status").asInt()).containsExactly(200, 403, 200);
            assertThat(lamp.getLevel()).isEqualTo(4);
        });
    }

    @Test
    void integerArgument_isAcceptedForDouble_andInvalidOneFailsAlone() throws IOException {
        String dim = "{\"type\":\"exec\",\"mbean\":\"bev.avatar:type=Lamp\",\"operation\":\"dim\",\"arguments\":[%s]}";
        String requests = "[" + dim.formatted("2,\"why\"") + "," + dim.formatted("\"x\",\"why\"") + "," + READ + "]";
        serving(ControlPassword.of("opensesame"), port -> {
            JsonNode responses = post(port, requests, "Authorization: " + BASIC).json();
            assertThat(responses.path(0).path("value").asInt()).isEqualTo(6);
            assertThat(responses.path(1).path("status").asInt()).isNotEqualTo(200);
            assertThat(responses.path(2).path("value").asInt()).isEqualTo(6);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dim | [\"x\",\"why\"] | dim: p1: found \"x\", expected a number",
                "dim | [2,null] | dim: p2: found nothing, expected text",
                "dim | [2] | dim: found 1 argument, expected 2: p1 (a number), p2 (text)",
                "dim(double) | {\"p0\":2} | dim: found arguments that are no list",
                "flash | [1] | flash: found 1 argument, expected none",
                "dimm | [] | operation: found 'dimm', expected one of dim, flash"
            })
    void wrongOperationOrArgument_isNamed(String operation, String arguments, String error) throws IOException {
        String request = "{\"type\":\"exec\",\"mbean\":\"bev.avatar:type=Lamp\",\"operation\":\"" + operation
                + "\",\"arguments\":" + arguments + "}";
        serving(ControlPassword.of("opensesame"), port -> {
            JsonNode response = post(port, request, "Authorization: " + BASIC).json();
            assertThat(response.path("status").asInt()).isEqualTo(400);
            assertThat(response.path("error").asText()).startsWith(error);
            JsonNode unknown = post(port, request.replace("Lamp", "Lump"), "Authorization: " + BASIC)
                    .json();
            assertThat(unknown.path("error").asText()).contains("no bev.avatar:type=Lump", "bev.avatar:type=Lamp");
        });
    }

    @Test
    void duplicateType_isRejected() throws IOException {
        serving(ControlPassword.none(), port -> {
            Reply reply = post(port, EXEC.replace("{\"type\"", "{\"type\":\"read\",\"type\""));
            assertThat(reply.status()).isEqualTo(400);
            assertThat(lamp.getLevel()).isEqualTo(3);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"EXEC", "Exec", "notification", "", "config"})
    void otherTypes_areRejected(String type) throws IOException {
        serving(ControlPassword.none(), port -> {
            Reply reply = post(port, EXEC.replace("\"exec\"", "\"" + type + "\""));
            assertThat(reply.status()).isEqualTo(400);
            assertThat(lamp.getLevel()).isEqualTo(3);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "7", "[]", "[7]", "{", "{\"type\":\"read\"} {}", "[[]]"})
    void malformedRequest_isRejected(String body) throws IOException {
        serving(
                ControlPassword.none(),
                port -> assertThat(post(port, body).status()).isEqualTo(400));
    }

    @Test
    void proxyTarget_isRejected() throws IOException {
        String target = ",\"target\":{\"url\":\"service:jmx:rmi:///jndi/rmi://127.0.0.1:1/jmxrmi\"}}";
        serving(ControlPassword.of("opensesame"), port -> {
            Reply reply = post(port, READ.replace("}", target), "Authorization: " + BASIC);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).contains("proxy requests are not supported");
        });
    }

    @Test
    void deepJson_isRejected() throws IOException {
        String deep = "{\"type\":\"read\",\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        serving(
                ControlPassword.none(),
                port -> assertThat(post(port, deep).status()).isEqualTo(400));
    }

    @Test
    void bulk_aboveLimit_isRejected() throws IOException {
        String many = "[" + (READ + ",").repeat(128) + READ + "]";
        serving(
                ControlPassword.none(),
                port -> assertThat(post(port, many).status()).isEqualTo(400));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/jolokia/config", "/jolokia/config/", "/config", "/jolokia/x/config"})
    void configPath_isNotServed(String path) throws IOException {
        serving(ControlPassword.of("opensesame"), port -> {
            assertThat(postTo(port, path, "{}").status()).isEqualTo(404);
            assertThat(postTo(port, path, READ, "Authorization: " + BASIC).status())
                    .isEqualTo(404);
            assertThat(send(port, head("GET", path, "Host: localhost:" + port)).status())
                    .isEqualTo(404);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/jolokiax/", "/other"})
    void otherPaths_areNotFound(String path) throws IOException {
        serving(
                ControlPassword.none(),
                port -> assertThat(postTo(port, path, READ).status()).isEqualTo(404));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/jolokia/",
                "/jolokia/version",
                "/jolokia/read/bev.avatar:type=Lamp/Level",
                "/jolokia/exec/bev.avatar:type=Lamp/flash"
            })
    void get_isNotAllowed(String path) throws IOException {
        serving(ControlPassword.none(), port -> {
            Reply reply = send(port, head("GET", path, "Host: localhost:" + port));
            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.head()).containsIgnoringCase("Allow: POST");
            assertThat(send(port, head("OPTIONS", path, "Host: localhost:" + port))
                            .status())
                    .isEqualTo(405);
            assertThat(lamp.getLevel()).isEqualTo(3);
        });
    }

    @Test
    void foreignHost_isMisdirected() throws IOException {
        serving(ControlPassword.none(), port -> {
            String body = head(
                            "POST",
                            "/jolokia/",
                            "Host: evil.example:" + port,
                            "Content-Type: application/json",
                            "Content-Length: " + READ.length())
                    + READ;
            assertThat(send(port, body).status()).isEqualTo(421);
        });
    }

    @Test
    void foreignPages_areForbidden() throws IOException {
        serving(ControlPassword.none(), port -> {
            assertThat(post(port, READ, "Origin: http://evil.example").status()).isEqualTo(403);
            assertThat(post(port, READ, "Sec-Fetch-Site: cross-site").status()).isEqualTo(403);
            assertThat(post(port, READ, "Origin: http://localhost:" + port).status())
                    .isEqualTo(200);
        });
    }

    @Test
    void textPlain_isNotJson() throws IOException {
        serving(ControlPassword.none(), port -> {
            String request = head(
                            "POST",
                            "/jolokia/",
                            "Host: localhost:" + port,
                            "Content-Type: text/plain",
                            "Content-Length: " + READ.length())
                    + READ;
            assertThat(send(port, request).status()).isEqualTo(415);
        });
    }

    @Test
    void chunkedBody_isRejected() throws IOException {
        serving(ControlPassword.none(), port -> {
            String chunks = Integer.toHexString(READ.length()) + "\r\n" + READ + "\r\n0\r\n\r\n";
            String request = head(
                    "POST",
                    "/jolokia/",
                    "Host: localhost:" + port,
                    "Content-Type: application/json",
                    "Transfer-Encoding: chunked");
            assertThat(send(port, request + chunks).status()).isEqualTo(411);
        });
    }

    @Test
    void largeBody_isRejected() throws IOException {
        serving(ControlPassword.none(), port -> {
            String request = head(
                    "POST",
                    "/jolokia/",
                    "Host: localhost:" + port,
                    "Content-Type: application/json",
                    "Content-Length: 65537");
            assertThat(send(port, request + "x").status()).isEqualTo(413);
        });
    }

    @Test
    void systemProperties_doNotAffectConfiguration() throws IOException {
        System.setProperty("jolokia.includeStackTrace", "true");
        System.setProperty("jolokia.allowErrorDetails", "true");
        System.setProperty("jolokia.agentId", "from-outside");
        System.setProperty("jolokia.policyLocation", "classpath:/nothing");
        try {
            serving(ControlPassword.none(), port -> {
                Reply version = post(port, "{\"type\":\"version\"}");
                assertThat(version.body()).doesNotContain("from-outside").contains("avatar-renderer");
                Reply missing = post(port, READ.replace("Level", "Missing"));
                assertThat(missing.json().has("stacktrace")).isFalse();
            });
        } finally {
            List.of("includeStackTrace", "allowErrorDetails", "agentId", "policyLocation")
                    .forEach(key -> System.clearProperty("jolokia." + key));
        }
    }

    @Test
    void invalidPolicy_isRejectedWithRemedy() throws IOException {
        Path policy = directory.resolve("policy.xml");
        for (String text : List.of(
                "", "<restrict", "<nothing/>", "<restrict/>", "<restrict><commands/><allow><x/></allow></restrict>")) {
            Files.writeString(policy, text);
            assertThatThrownBy(() -> AccessPolicy.load(Optional.of(policy)))
                    .as("policy '%s'", text)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("policy.xml")
                    .hasMessageContaining("renderer.jolokia-policy-file");
        }
        assertThatThrownBy(() -> AccessPolicy.load(Optional.of(directory.resolve("missing.xml"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing.xml");
    }

    @Test
    void usedPort_isRejectedWithRemedy() throws IOException {
        serving(
                ControlPassword.none(),
                port -> assertThatThrownBy(() -> new JolokiaEndpoint(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                                List.of(),
                                Optional.empty(),
                                ControlPassword.none()))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("stop the process that uses the port"));
    }
}
