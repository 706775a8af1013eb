/** Reading of files. */
@NullMarked
package io.bev.avatar.common.io;

import org.jspecify.annotations.NullMarked;
