package io.bev.avatar.exporter.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NvmlSessionTest {

    private final FakeNvml nvml = new FakeNvml();
    private long nanos = 1;
    private final NvmlSession session = new NvmlSession(nvml, () -> nanos, Duration.ofSeconds(10));

    private void pass(long seconds) {
        nanos += TimeUnit.SECONDS.toNanos(seconds);
    }

    @AfterEach
    void everyInit_isMatchedByShutdownAndUnload() {
        session.close();

        long failedInits = nvml.initCode == NvmlCode.SUCCESS ? 0 : nvml.count("init");
        assertThat(nvml.count("shutdown")).isEqualTo(nvml.count("init") - failedInits);
        assertThat(nvml.count("close")).isEqualTo(nvml.count("init"));
    }

    @Test
    void open_twice_holdsOneInit() throws NvmlException {
        session.open();
        session.open();

        assertThat(nvml.calls).containsExactly("load", "init", "deviceCount", "device");
    }

    @Test
    void missingLibrary_retriedAfterTheInterval() throws NvmlException {
        nvml.absent = true;
        assertThatThrownBy(session::open).hasMessageContaining("not found");
        nvml.absent = false;

        pass(9);
        assertThatThrownBy(session::open).hasMessageContaining("not found");
        pass(1);

        assertThat(session.open().slots()).hasSize(1);
        assertThat(nvml.count("load")).isEqualTo(2);
    }

    @Test
    void initFails_libraryUnloadedAndCodeReported() {
        nvml.initCode = NvmlCode.LIB_RM_VERSION_MISMATCH;

        assertThatThrownBy(session::open)
                .isInstanceOfSatisfying(
                        NvmlException.class, e -> assertThat(e.code()).isEqualTo(NvmlCode.LIB_RM_VERSION_MISMATCH))
                .hasMessageContaining("LIB_RM_VERSION_MISMATCH (18)")
                .hasMessageContaining("reboot");
    }

    @Test
    void firstCallFails_sessionIsShutDown() {
        nvml.countCode = NvmlCode.UNKNOWN;

        assertThatThrownBy(session::open).isInstanceOf(NvmlException.class);
        assertThat(nvml.calls).endsWith("deviceCount", "shutdown", "close");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 18})
    void sessionEndingCode_nextOpenOpensAnother(int code) throws NvmlException {
        long first = session.open().number();

        session.report(code);

        assertThat(session.open().number()).isEqualTo(first + 1);
        assertThat(nvml.count("init")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 28})
    void lostGpu_sessionContinuesForOthersUntilTheInterval(int code) throws NvmlException {
        long first = session.open().number();

        session.report(code);
        pass(9);
        assertThat(session.open().number()).isEqualTo(first);
        session.report(code);
        pass(1);

        assertThat(session.open().number()).isEqualTo(first + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 6, 10, 13, 999})
    void otherCode_sessionStaysOpen(int code) throws NvmlException {
        session.open();

        session.report(code);
        pass(60);
        session.open();

        assertThat(nvml.count("init")).isOne();
    }

    @Test
    void attached_releasedBeforeShutdown() throws NvmlException {
        session.open();
        session.attach(() -> nvml.calls.add("release"));

        session.close();

        assertThat(nvml.calls).endsWith("release", "shutdown", "close");
    }

    @Test
    void attachedStillInside_libraryStaysLoaded() throws NvmlException {
        FakeNvml held = new FakeNvml();
        try (NvmlSession other = new NvmlSession(held, () -> nanos, Duration.ofSeconds(10))) {
            other.open();
            other.attach(() -> false);
        }

        assertThat(held.calls).endsWith("shutdown");
    }
}
