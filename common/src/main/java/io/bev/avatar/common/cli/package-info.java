/** Shared parts of the command lines. */
@NullMarked
package io.bev.avatar.common.cli;

import org.jspecify.annotations.NullMarked;
