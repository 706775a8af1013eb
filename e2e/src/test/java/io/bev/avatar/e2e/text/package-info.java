/** Tests of the wording of texts. */
@NullMarked
package io.bev.avatar.e2e.text;

import org.jspecify.annotations.NullMarked;
