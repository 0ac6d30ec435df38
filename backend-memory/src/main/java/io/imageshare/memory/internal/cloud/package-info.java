/**
 * The simulated cloud: its images and members, the jobs that change them, and the faults that
 * strike calls and jobs. {@link io.imageshare.memory.MemoryBackend} and the server enter through
 * {@link io.imageshare.memory.internal.cloud.CallPipeline} alone.
 */
@NullMarked
package io.imageshare.memory.internal.cloud;

import org.jspecify.annotations.NullMarked;
