@NullMarked
package io.bev.avatar.launcher.program;

import org.jspecify.annotations.NullMarked;
