/** TLS towards this machine's own exporter, and the files that TLS takes. */
@NullMarked
package io.bev.avatar.common.tls;

import org.jspecify.annotations.NullMarked;
