/** Entry point and commands of the exporter. */
@NullMarked
package io.bev.avatar.exporter.cli;

import org.jspecify.annotations.NullMarked;
