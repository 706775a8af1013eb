/** TLS towards this machine's own exporter. */
@NullMarked
package io.bev.avatar.common.tls;

import org.jspecify.annotations.NullMarked;
