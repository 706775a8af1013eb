@NullMarked
package io.bev.avatar.common.systemd;

import org.jspecify.annotations.NullMarked;
