/** Configuration: one YAML file, environment overrides, every problem reported at once. */
@NullMarked
package io.bev.avatar.common.config;

import org.jspecify.annotations.NullMarked;
