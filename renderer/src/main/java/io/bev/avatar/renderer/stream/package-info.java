/** Streams encoded frames to browsers by HTTP, WebSocket and MJPEG. */
@NullMarked
package io.bev.avatar.renderer.stream;

import org.jspecify.annotations.NullMarked;
