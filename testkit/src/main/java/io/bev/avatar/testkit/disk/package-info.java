/** A file system for tests of durable files: fails chosen operations and shows what a power cut leaves. */
@NullMarked
package io.bev.avatar.testkit.disk;

import org.jspecify.annotations.NullMarked;
