package io.bev.avatar.exporter.config;

/** What a missing dependency means: a failure, a warning, or nothing. */
public enum Requirement {
    REQUIRED,
    OPTIONAL,
    IGNORED
}
