package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.http.RequestGuard.Rejection;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The renderer as seen by the HTTP server. Thread-safe; the getters do not block. */
public interface PageBackend {

    /** The {@code /health} document; its {@code status} is ok, degraded, starting, stopping or failed. */
    ObjectNode health();

    /** The {@code /history} document: recent events and frame rates. */
    ObjectNode history();

    /** The document of the current state; empty while the renderer is starting. */
    Optional<ObjectNode> state();

    /**
     * Verifies the password of an update.
     *
     * @param authorization the header {@code Authorization}, null when absent
     * @param client address of the client
     * @return empty if the update is allowed
     */
    default Optional<Rejection> checkUpdate(@Nullable String authorization, String client) {
        return Optional.empty();
    }

    Outcome submitState(byte[] json);

    Outcome submitOsint(byte[] json);

    /**
     * An image of the avatar to save.
     *
     * @param fileName with emotion and time
     */
    record SavedImage(byte[] jpeg, String fileName) {}

    /**
     * Renders an image to save, apart from the stream; blocks for about one frame.
     *
     * @throws IllegalStateException with the reason if there is none now
     */
    SavedImage image();

    /**
     * @param status HTTP status
     * @param retry whether the same request may be accepted later
     */
    record SpeechAnswer(int status, ObjectNode document, boolean retry) {

        /** The avatar cannot speak. */
        public static SpeechAnswer off() {
            return new SpeechAnswer(
                    404,
                    Reply.errorDocument(
                            404, "speech is off: set renderer.speech.enabled to true and restart the renderer"),
                    false);
        }
    }

    /** Speaks a text. Does not block. */
    default SpeechAnswer say(byte[] json) {
        return SpeechAnswer.off();
    }

    /** Ends the current utterance and discards those that wait. Does not block. */
    default SpeechAnswer stopSpeaking() {
        return SpeechAnswer.off();
    }
}
