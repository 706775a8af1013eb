/**
 * TLS and basic authentication of the exporter, configured in the format of exporter-toolkit's {@code web-config.yml}.
 */
@NullMarked
package io.bev.avatar.exporter.web;

import org.jspecify.annotations.NullMarked;
