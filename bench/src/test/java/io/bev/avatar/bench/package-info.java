@NullMarked
package io.bev.avatar.bench;

import org.jspecify.annotations.NullMarked;
