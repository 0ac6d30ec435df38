/**
 * Shares many virtual-machine images with many recipients through an asynchronous batch API, and
 * says of every single pair what became of it.
 *
 * <p>A caller needs three types: a {@link io.imageshare.ShareRequest} says what is wanted, a {@link
 * io.imageshare.ShareWorkflow} over a backend does it, and a {@link io.imageshare.ShareReport} says
 * what came of it. An implementer of a backend needs {@link io.imageshare.MemberBackend} and the
 * values it takes and gives. Everything else tunes or watches.
 */
@NullMarked
package io.imageshare;

import org.jspecify.annotations.NullMarked;
