/** HTTP endpoints of the exporter: exposition, landing page, health and the alert webhook. */
@NullMarked
package io.bev.avatar.exporter.http;

import org.jspecify.annotations.NullMarked;
