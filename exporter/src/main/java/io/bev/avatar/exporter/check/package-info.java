/** Pre-flight checks of the machine: each result states what was found, what is expected and the remedy. */
@NullMarked
package io.bev.avatar.exporter.check;

import org.jspecify.annotations.NullMarked;
