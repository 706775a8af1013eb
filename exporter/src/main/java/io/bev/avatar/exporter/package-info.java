/** The exporter's entry point and wiring. */
@NullMarked
package io.bev.avatar.exporter;

import org.jspecify.annotations.NullMarked;
