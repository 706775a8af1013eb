/** What the exporter serves: the exposition, the landing page, health and the mount point of the alert webhook. */
@NullMarked
package io.bev.avatar.exporter.http;

import org.jspecify.annotations.NullMarked;
