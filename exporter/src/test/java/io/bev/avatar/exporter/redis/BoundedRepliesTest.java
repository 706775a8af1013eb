package io.bev.avatar.exporter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.TooLongFrameException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedRepliesTest {

    private final EmbeddedChannel channel = new EmbeddedChannel(new BoundedReplies());

    /** Sends {@code text} in random parts and returns what passes. */
    private String pass(String text, long seed) {
        Random random = new Random(seed);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; ) {
            int count = Math.min(bytes.length - from, 1 + random.nextInt(1 + random.nextInt(70_000)));
            channel.writeInbound(Unpooled.copiedBuffer(bytes, from, count));
            from += count;
        }
        StringBuilder passed = new StringBuilder();
        for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
            passed.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        return passed.toString();
    }

    private static String string(String content) {
        return "$" + content.getBytes(StandardCharsets.UTF_8).length + "\r\n" + content + "\r\n";
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void smallReplies_passUnchanged(long seed) {
        String replies = "+OK\r\n:12\r\n-ERR é\r\n$-1\r\n*-1\r\n*0\r\n$0\r\n\r\n*2\r\n*1\r\n" + string("a\r\n$9\r\n")
                + ":1\r\n" + string("x".repeat(BoundedReplies.MAX_STRING)) + "+end\r\n";

        assertThat(pass(replies, seed)).isEqualTo(replies);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void largeInfo_isReduced_whatFollowsIsIntact(long seed) {
        StringBuilder info = new StringBuilder("# Errorstats\r\n");
        for (int i = 0; i < 60_000; i++) {
            info.append("errorstat_E").append(i).append(":count=").append(i).append("\r\n");
        }
        info.append("long:").append("y".repeat(2_000_000)).append("\r\n# Keyspace\r\ndb0:keys=1,expires=0\r\n");

        String passed = pass("*2\r\n" + string(info.toString()) + string("next") + "+OK\r\n", seed);

        assertThat(passed)
                .hasSizeLessThan(5000)
                .contains(
                        "db0:keys=1,expires=0", "errorstat_E59999:count=59999\r\n", "errorstat_E59900:count=59900\r\n")
                .contains("exporter_dropped_errorstats:59900\r\n", "exporter_dropped_lines:1")
                .doesNotContain("errorstat_E59899:")
                .startsWith("*2\r\n$")
                .endsWith("\r\n$4\r\nnext\r\n+OK\r\n");
    }

    @Test
    void otherLargeString_becomesEmpty() {
        assertThat(pass(string("z".repeat(3_000_000)) + "+OK\r\n", 1)).isEqualTo("$0\r\n\r\n+OK\r\n");
    }

    @Test
    void largeReply_closesTheConnection() {
        String items = string("w".repeat(500_000)).repeat(20);

        assertThatThrownBy(() -> pass("*20\r\n" + items, 1)).isInstanceOf(TooLongFrameException.class);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void manyReplies_areNotOneLargeReply() {
        String items = string("w".repeat(500_000)).repeat(40);

        assertThat(pass(items, 1)).isEqualTo(items);
    }
}
