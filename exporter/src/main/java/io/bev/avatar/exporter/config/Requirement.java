package io.bev.avatar.exporter.config;

/** Whether a dependency is required (missing: failure), optional (missing: warning) or ignored. */
public enum Requirement {
    REQUIRED,
    OPTIONAL,
    IGNORED
}
