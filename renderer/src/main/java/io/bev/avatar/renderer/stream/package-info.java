/** Encoded frames to browsers: HTTP, WebSocket, MJPEG. */
@NullMarked
package io.bev.avatar.renderer.stream;

import org.jspecify.annotations.NullMarked;
