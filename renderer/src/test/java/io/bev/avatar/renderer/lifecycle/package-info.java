@NullMarked
package io.bev.avatar.renderer.lifecycle;

import org.jspecify.annotations.NullMarked;
