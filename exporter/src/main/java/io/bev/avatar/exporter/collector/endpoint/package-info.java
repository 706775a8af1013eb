/** Collectors {@code endpoint} and {@code live}: the renderer's health endpoint. */
@NullMarked
package io.bev.avatar.exporter.collector.endpoint;

import org.jspecify.annotations.NullMarked;
