/** The project's programs run on their own, away from a person's stack: for measuring, rehearsing and enduring. */
@NullMarked
package io.bev.avatar.cds;

import org.jspecify.annotations.NullMarked;
