/** Loopback HTTP: bounded servers and the request rules that keep a browser's foreign pages out. */
@NullMarked
package io.bev.avatar.common.http;

import org.jspecify.annotations.NullMarked;
