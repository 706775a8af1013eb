package io.bev.avatar.exporter.mcp;

import io.bev.avatar.testkit.Fuzzer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RpcFuzzTest {

    @Test
    void response() {
        String valid = """
                {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-03-26","capabilities":{"tools":{}},
                 "serverInfo":{"name":"server","version":"1.0"}}}""";
        Fuzzer.run(valid, McpException.class, input -> RpcMessages.fromJson(new String(input, StandardCharsets.UTF_8)));
    }
}
