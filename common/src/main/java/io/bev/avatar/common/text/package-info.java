/** Text for people. */
@NullMarked
package io.bev.avatar.common.text;

import org.jspecify.annotations.NullMarked;
