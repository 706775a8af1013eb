package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StateHistoryTest {

    private final StateHistory history = new StateHistory();

    @Test
    void concurrentOperationsInTheirOrder_areNoViolation() {
        history.written("a", 1, 0, 10);
        history.written("b", 3, 5, 30);
        history.written("c", 2, 6, 20);
        history.read("c", 2, 12, 25);
        history.read("b", 3, 26, 40);
        history.read("b", 3, 41, 42);
        history.unanswered();
        history.read("from an unanswered write", 4, 50, 60);
        assertThat(history.violations()).isEmpty();
        assertThat(history.acknowledged()).isEqualTo(3);
        assertThat(history.reads()).isEqualTo(4);
    }

    @Test
    void acknowledgedWriteThatIsGone_isLost() {
        history.written("a", 1, 0, 10);
        history.written("b", 2, 11, 20);
        history.read("a", 1, 21, 30);
        assertThat(history.violations()).containsExactly("lost: write b as state 2, then read a as state 1");
    }

    @Test
    void numberGivenAgain_isLost() {
        history.written("a", 5, 0, 10);
        history.written("b", 5, 11, 20);
        assertThat(history.violations())
                .contains(
                        "two values of one number: write a as state 5, write b as state 5",
                        "lost: write a as state 5, then write b as state 5");
    }

    @Test
    void staleRead_isLost() {
        history.written("a", 1, 0, 10);
        history.read("b", 2, 11, 20);
        history.read("a", 1, 21, 30);
        assertThat(history.violations()).containsExactly("lost: read b as state 2, then read a as state 1");
    }

    @Test
    void valueAppliedTwice_isReported() {
        history.read("stream-1", 1, 0, 10);
        history.read("b", 2, 11, 20);
        history.read("stream-1", 3, 21, 30);
        assertThat(history.violations())
                .containsExactly(
                        "an overwritten value came back: read stream-1 as state 1, then read stream-1 as state 3");
    }

    @Test
    void entriesOfTheStreamInAnotherOrder_areReported() {
        history.queued("stream-1");
        history.queued("stream-2");
        history.read("stream-2", 1, 0, 10);
        history.read("stream-1", 2, 11, 20);
        assertThat(history.violations())
                .containsExactly("out of order: read stream-2 as state 1, then read stream-1 as state 2");
    }

    @Test
    void earlierOperations_areRememberedOverOneCheck() {
        history.written("a", 7, 0, 10);
        assertThat(history.violations()).isEmpty();
        history.read("", 0, 11, 20);
        assertThat(history.violations()).containsExactly("lost: write a as state 7, then read  as state 0");
    }
}
