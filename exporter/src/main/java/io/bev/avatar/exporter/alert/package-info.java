/** The alert webhook: from Alertmanager's notification to an event that is durable in Redis or, while that is away, on disk. */
@NullMarked
package io.bev.avatar.exporter.alert;

import org.jspecify.annotations.NullMarked;
