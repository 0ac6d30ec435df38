/** Measures what the library costs, beside what people use today. Nothing here is published. */
@NullMarked
package io.imageshare.benchmarks;

import org.jspecify.annotations.NullMarked;
