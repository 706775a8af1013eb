@NullMarked
package io.bev.avatar.exporter.gpucleanup;

import org.jspecify.annotations.NullMarked;
