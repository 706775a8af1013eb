@NullMarked
package io.bev.avatar.launcher.bench;

import org.jspecify.annotations.NullMarked;
