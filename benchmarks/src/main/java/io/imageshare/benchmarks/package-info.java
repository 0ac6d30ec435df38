/** Measures what the library costs and compares it with alternatives. Not published. */
@NullMarked
package io.imageshare.benchmarks;

import org.jspecify.annotations.NullMarked;
