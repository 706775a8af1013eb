/** The HTTP client of the collectors that ask a server. */
@NullMarked
package io.bev.avatar.exporter.client;

import org.jspecify.annotations.NullMarked;
