package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.renderer.state.StateStore.Outcome;

/** What the page's server asks the renderer. Thread-safe; none of it blocks. */
public interface PageBackend {

    /** The {@code /health} document; its {@code status} is ok, degraded, starting, stopping or failed. */
    ObjectNode health();

    /** The current state's document, as clients write it. */
    ObjectNode state();

    Outcome submitState(byte[] json);

    Outcome submitOsint(byte[] json);
}
