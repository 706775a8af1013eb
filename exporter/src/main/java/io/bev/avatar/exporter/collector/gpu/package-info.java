/** Collector {@code gpu}: NVIDIA GPU metrics through NVML. */
@NullMarked
package io.bev.avatar.exporter.collector.gpu;

import org.jspecify.annotations.NullMarked;
