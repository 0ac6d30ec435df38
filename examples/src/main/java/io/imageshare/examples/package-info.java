/**
 * Programs that show how the library is used. The README quotes them; none of them is published.
 */
@NullMarked
package io.imageshare.examples;

import org.jspecify.annotations.NullMarked;
