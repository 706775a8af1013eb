/** The only importer of JNA for NVML: constants, raw names and struct layouts, no decisions. */
@NullMarked
package io.bev.avatar.exporter.nvml.jna;

import org.jspecify.annotations.NullMarked;
