package io.bev.avatar.exporter.collector.host;

import java.io.IOException;

/** Thrown by a subcollector whose source this host does not have; it then has neither series nor a success metric. */
final class SourceAbsentException extends IOException {

    private static final long serialVersionUID = 1L;

    SourceAbsentException(String source) {
        super(source + " does not exist on this host");
    }
}
