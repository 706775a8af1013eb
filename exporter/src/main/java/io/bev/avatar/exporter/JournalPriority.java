package io.bev.avatar.exporter;

import ch.qos.logback.core.PropertyDefinerBase;

/** What a line must begin with for the journal to store it as critical; nothing where no journal listens. */
public final class JournalPriority extends PropertyDefinerBase {

    @Override
    public String getPropertyValue() {
        return System.getenv("JOURNAL_STREAM") == null ? "" : "<2>";
    }
}
