@NullMarked
package io.bev.avatar.renderer.mbean;

import org.jspecify.annotations.NullMarked;
