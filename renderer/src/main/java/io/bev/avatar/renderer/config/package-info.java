/** The renderer's configuration records and their loader. */
@NullMarked
package io.bev.avatar.renderer.config;

import org.jspecify.annotations.NullMarked;
