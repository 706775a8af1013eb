/** The avatar's state: documents, rules, durability. */
@NullMarked
package io.bev.avatar.renderer.state;

import org.jspecify.annotations.NullMarked;
