/** Configuration of the exporter: records created from {@link io.bev.avatar.common.config.Config}. */
@NullMarked
package io.bev.avatar.exporter.config;

import org.jspecify.annotations.NullMarked;
