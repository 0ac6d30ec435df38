/**
 * Admits calls to the backend: rate, concurrency, open jobs, timeouts, and repeats of calls that
 * had no effect. Every call of the engine passes through it.
 */
@NullMarked
package io.imageshare.internal.flow;

import org.jspecify.annotations.NullMarked;
