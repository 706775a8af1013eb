package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamConfigTest {

    @Test
    void from_empty_givesDefaults() {
        Config config = Config.of("", "test", Map.of());

        assertThat(StreamConfig.from(config)).isEqualTo(new StreamConfig(85, 64, true));
        config.finish("stream");
    }

    @Test
    void from_everyKey_isMapped() {
        Config config = Config.of("stream: {jpeg-quality: 70, max-viewers: 3, video: off}", "test", Map.of());

        assertThat(StreamConfig.from(config)).isEqualTo(new StreamConfig(70, 3, false));
        config.finish("stream");
    }

    @Test
    void from_badValues_areAllReported() {
        Config config = Config.of(
                "stream: {jpeg-quality: 101, max-viewers: 0, quality: 3, video: maybe}",
                "test",
                Map.of("BEV_STREAM_MAX_VIEWERS", "many"));
        StreamConfig.from(config);

        assertThatThrownBy(() -> config.finish("stream"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("stream.jpeg-quality")
                .hasMessageContaining("stream.video: found 'maybe', expected one of auto, off")
                .hasMessageContaining("BEV_STREAM_MAX_VIEWERS")
                .hasMessageContaining("stream.quality");
    }
}
