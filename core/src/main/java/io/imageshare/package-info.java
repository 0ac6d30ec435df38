/**
 * Shares many virtual-machine images with many recipients through an asynchronous batch API, and
 * reports the outcome of every pair of an image and a recipient.
 *
 * <p>A caller needs three types: a {@link io.imageshare.ShareRequest} says what to do, a {@link
 * io.imageshare.ShareWorkflow} over a backend does it, and a {@link io.imageshare.ShareReport} says
 * what became of every pair. {@link io.imageshare.RetryPolicy}, {@link io.imageshare.PollPolicy}
 * and {@link io.imageshare.FlowPolicy} tune a workflow, {@link io.imageshare.ShareEvent}s show what
 * it does, and a {@link io.imageshare.Journal} lets a run survive its process.
 *
 * <p>A backend implements {@link io.imageshare.MemberBackend}, or {@link
 * io.imageshare.BlockingMemberBackend} over a client that blocks.
 *
 * <p>No method accepts or returns null, except where {@code @Nullable} says so.
 */
@NullMarked
package io.imageshare;

import org.jspecify.annotations.NullMarked;
