/** What the programs' command lines have in common. */
@NullMarked
package io.bev.avatar.common.cli;

import org.jspecify.annotations.NullMarked;
