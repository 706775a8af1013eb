/** Collector renderer: the renderer's MBeans through Jolokia. */
@NullMarked
package io.bev.avatar.exporter.collector.renderer;

import org.jspecify.annotations.NullMarked;
