/**
 * Decides when to poll a job, from the durations of earlier jobs. It works on numbers only; the
 * engine calls it, on its own thread.
 */
@NullMarked
package io.imageshare.internal.poll;

import org.jspecify.annotations.NullMarked;
