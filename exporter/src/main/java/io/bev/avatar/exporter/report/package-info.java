/** Reports of checks and health: status, result, JSON and terminal output. */
@NullMarked
package io.bev.avatar.exporter.report;

import org.jspecify.annotations.NullMarked;
