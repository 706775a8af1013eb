/** The only importer of JNA for CUDA: raw names and arguments, no decisions. */
@NullMarked
package io.bev.avatar.exporter.check.cuda.jna;

import org.jspecify.annotations.NullMarked;
