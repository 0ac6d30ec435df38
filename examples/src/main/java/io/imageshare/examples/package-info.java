/**
 * Programs that show how to use the library. The README and the guide quote them; they are not
 * published.
 */
@NullMarked
package io.imageshare.examples;

import org.jspecify.annotations.NullMarked;
