package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import java.util.Optional;

/** The renderer as seen by the HTTP server. Thread-safe; the getters do not block. */
public interface PageBackend {

    /** The {@code /health} document; its {@code status} is ok, degraded, starting, stopping or failed. */
    ObjectNode health();

    /** The document of the current state; empty while the renderer is starting. */
    Optional<ObjectNode> state();

    Outcome submitState(byte[] json);

    Outcome submitOsint(byte[] json);
}
