package io.bev.avatar.renderer.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShutdownSequenceTest {

    @Test
    void steps_runOnceInReverseOrder_despiteFailures() {
        List<String> ran = new ArrayList<>();
        ShutdownSequence sequence = new ShutdownSequence();
        sequence.push("first", () -> ran.add("first"));
        sequence.push("broken", () -> {
            throw new IOException("disk");
        });
        sequence.push("last", () -> ran.add("last"));
        sequence.run();
        sequence.run();
        assertThat(ran).containsExactly("last", "first");
    }
}
