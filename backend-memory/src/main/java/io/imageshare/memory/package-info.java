/**
 * The simulated image service.
 *
 * <p>A {@link io.imageshare.memory.MemoryBackend} is a whole cloud in memory that behaves like the
 * service, not like a stub: images are registered, jobs take time, limits hold, and what is wrong
 * is refused in the service's words. {@link io.imageshare.memory.Unknowns} chooses where the real
 * behaviour is not documented, a {@link io.imageshare.memory.Fault} makes one thing go wrong, and
 * {@link io.imageshare.memory.Chaos} makes many go wrong by chance, from a seed. An {@link
 * io.imageshare.memory.ImsServer} puts HTTP in front of it.
 */
@NullMarked
package io.imageshare.memory;

import org.jspecify.annotations.NullMarked;
