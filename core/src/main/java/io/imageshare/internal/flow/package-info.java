/**
 * Admission of calls: rate, concurrency, open jobs, time limits, and repeats of what had no effect.
 * Every call of the engine to the backend passes it.
 */
@NullMarked
package io.imageshare.internal.flow;

import org.jspecify.annotations.NullMarked;
