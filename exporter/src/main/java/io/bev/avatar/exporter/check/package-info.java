/** What a machine must have before the avatar can run on it: each check says what it found, what it expected, what to do. */
@NullMarked
package io.bev.avatar.exporter.check;

import org.jspecify.annotations.NullMarked;
