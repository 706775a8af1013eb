/** Notification of people about alerts: destinations, and the Alertmanager configuration that reaches them. */
@NullMarked
package io.bev.avatar.common.alert;

import org.jspecify.annotations.NullMarked;
