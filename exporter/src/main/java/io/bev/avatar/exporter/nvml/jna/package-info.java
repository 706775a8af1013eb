/** The NVML binding, the only user of JNA for NVML: constants, function names and struct layouts, no logic. */
@NullMarked
package io.bev.avatar.exporter.nvml.jna;

import org.jspecify.annotations.NullMarked;
