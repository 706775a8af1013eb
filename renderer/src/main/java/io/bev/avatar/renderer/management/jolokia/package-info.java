/** Management endpoints: Jolokia over HTTP and JMX over RMI, both with access control. */
@NullMarked
package io.bev.avatar.renderer.management.jolokia;

import org.jspecify.annotations.NullMarked;
