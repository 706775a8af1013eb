@NullMarked
package io.bev.avatar.renderer.management.mbean;

import org.jspecify.annotations.NullMarked;
