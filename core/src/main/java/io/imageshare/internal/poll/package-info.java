/**
 * When a poll of a job is worth its call, learned from how long jobs last. It knows numbers only;
 * the engine asks it.
 */
@NullMarked
package io.imageshare.internal.poll;

import org.jspecify.annotations.NullMarked;
