/**
 * One run as a state that events change, with the effects that follow: no clock, no thread, no
 * call, no journal of its own. Only the engine hands events in and carries effects out.
 */
@NullMarked
package io.imageshare.internal.run;

import org.jspecify.annotations.NullMarked;
