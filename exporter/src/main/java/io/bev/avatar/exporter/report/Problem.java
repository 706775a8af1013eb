package io.bev.avatar.exporter.report;

/**
 * A detected problem.
 *
 * @param status severity
 * @param found observed state
 * @param expected expected state
 * @param remedy suggested remedy
 */
public record Problem(Status status, String found, String expected, String remedy) {}
