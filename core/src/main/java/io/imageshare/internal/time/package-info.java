/**
 * The two timekeepers, real and virtual, and what waits through one. Everything that needs time
 * uses it.
 */
@NullMarked
package io.imageshare.internal.time;

import org.jspecify.annotations.NullMarked;
