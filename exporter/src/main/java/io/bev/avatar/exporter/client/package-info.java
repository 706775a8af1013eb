/** HTTP client of the collectors and checks. */
@NullMarked
package io.bev.avatar.exporter.client;

import org.jspecify.annotations.NullMarked;
