/** Collector {@code renderer}: MBeans of the renderer, read through Jolokia. */
@NullMarked
package io.bev.avatar.exporter.collector.renderer;

import org.jspecify.annotations.NullMarked;
