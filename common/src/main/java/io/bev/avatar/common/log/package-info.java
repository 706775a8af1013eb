/** What a program tells: its log, where it goes and in which form. */
@NullMarked
package io.bev.avatar.common.log;

import org.jspecify.annotations.NullMarked;
