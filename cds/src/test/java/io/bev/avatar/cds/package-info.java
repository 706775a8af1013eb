@NullMarked
package io.bev.avatar.cds;

import org.jspecify.annotations.NullMarked;
