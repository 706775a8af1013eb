package io.bev.avatar.renderer.management.jolokia;

import io.bev.avatar.testkit.Fuzzer;
import org.junit.jupiter.api.Test;

class BulkRequestFuzzTest {

    @Test
    void request() {
        String valid = """
                [{"type":"read","mbean":"bev.avatar:type=Frames","attribute":["Fps","Frames"],"config":{"maxDepth":3}},
                 {"type":"exec","mbean":"bev.avatar:type=Avatar","operation":"setEmotion","arguments":["happy",0.5]},
                 {"type":"version"}]""";
        Fuzzer.run(valid, ValidatedBulkRequest.BadRequest.class, ValidatedBulkRequest::parse);
    }
}
