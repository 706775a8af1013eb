/** Helpers of the tests: real Redis and D-Bus, certificates, stub HTTP server, golden files, clock, waiting. */
@NullMarked
package io.bev.avatar.testkit;

import org.jspecify.annotations.NullMarked;
