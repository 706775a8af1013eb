/** The management doors: Jolokia over HTTP and RMI for jconsole, both guarded. */
@NullMarked
package io.bev.avatar.renderer.management.jolokia;

import org.jspecify.annotations.NullMarked;
