package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.json.JsonTrees;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ViewSizeTest {

    private static ViewSize parse(String json) throws Exception {
        return ViewSize.parse(JsonTrees.JSON.read(json));
    }

    @ParameterizedTest
    @CsvSource({
        "640, 360, 360",
        "1027, 578, 720",
        "1000, 562, 540",
        "1920, 1200, 1080",
        "3840, 2160, 1080",
        "300, 900, 360"
    })
    void wantedLines_isTheStepThatFillsTheArea(int width, int height, int lines) {
        assertThat(new ViewSize(width, height, 0).wantedLines(16.0 / 9)).isEqualTo(lines);
    }

    @Test
    void selectedLines_havePrecedence() throws Exception {
        assertThat(parse("{\"width\":640,\"height\":360,\"lines\":1080}").wantedLines(16.0 / 9))
                .isEqualTo(1080);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"width\":0,\"height\":1}",
                "{\"width\":1e9,\"height\":1}",
                "{\"width\":99999999999,\"height\":1}",
                "{\"width\":\"640\",\"height\":1}",
                "{\"width\":640.5,\"height\":1}",
                "{\"width\":640,\"height\":360,\"lines\":100}",
                "{\"width\":640,\"height\":360,\"lines\":-1}"
            })
    void invalidValues_areRejectedWithTheExpectedOnes(String json) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }

    @Test
    void demand_selectionHasPrecedence_otherwiseTheLargest() {
        ViewDemand demand = ViewDemand.NONE.or(480, false).or(720, false).or(540, false);
        assertThat(demand).isEqualTo(new ViewDemand(720, false));
        assertThat(demand.or(360, true).or(1080, false).or(540, true)).isEqualTo(new ViewDemand(540, true));
    }
}
