/** JSON and YAML as trees. */
@NullMarked
package io.bev.avatar.common.json;

import org.jspecify.annotations.NullMarked;
