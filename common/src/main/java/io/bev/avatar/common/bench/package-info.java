/** How benchmarks tell what they measured, and on what. */
@NullMarked
package io.bev.avatar.common.bench;

import org.jspecify.annotations.NullMarked;
