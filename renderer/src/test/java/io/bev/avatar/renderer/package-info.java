@NullMarked
package io.bev.avatar.renderer;

import org.jspecify.annotations.NullMarked;
