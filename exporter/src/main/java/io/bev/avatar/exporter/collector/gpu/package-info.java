/** Collector gpu: NVIDIA readings through NVML. */
@NullMarked
package io.bev.avatar.exporter.collector.gpu;

import org.jspecify.annotations.NullMarked;
