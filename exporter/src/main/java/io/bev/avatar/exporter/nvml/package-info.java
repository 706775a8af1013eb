/** NVML functions, values and session, independent of metrics and of native types. */
@NullMarked
package io.bev.avatar.exporter.nvml;

import org.jspecify.annotations.NullMarked;
