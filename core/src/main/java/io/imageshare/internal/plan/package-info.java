/** Turns open pairs into slices. Pure functions, called by the engine and by reports. */
@NullMarked
package io.imageshare.internal.plan;

import org.jspecify.annotations.NullMarked;
