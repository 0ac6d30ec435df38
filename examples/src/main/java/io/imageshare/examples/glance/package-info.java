/**
 * A backend for every OpenStack cloud: the members of Glance, asked pair by pair, with tokens of
 * Keystone.
 */
@NullMarked
package io.imageshare.examples.glance;

import org.jspecify.annotations.NullMarked;
