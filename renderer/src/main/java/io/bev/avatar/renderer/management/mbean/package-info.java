/** MXBeans of domain bev.avatar and their registration. */
@NullMarked
package io.bev.avatar.renderer.management.mbean;

import org.jspecify.annotations.NullMarked;
