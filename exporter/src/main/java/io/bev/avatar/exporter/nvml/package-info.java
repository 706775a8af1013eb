/** NVML as the exporter sees it: its functions, values and session. No decision about metrics, no native type. */
@NullMarked
package io.bev.avatar.exporter.nvml;

import org.jspecify.annotations.NullMarked;
