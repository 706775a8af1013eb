@NullMarked
package io.bev.avatar.renderer.management.jolokia;

import org.jspecify.annotations.NullMarked;
