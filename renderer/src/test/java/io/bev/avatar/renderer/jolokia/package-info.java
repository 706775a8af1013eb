@NullMarked
package io.bev.avatar.renderer.jolokia;

import org.jspecify.annotations.NullMarked;
