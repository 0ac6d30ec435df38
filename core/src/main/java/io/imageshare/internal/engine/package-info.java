/**
 * One run from request to report, its resumption, and the runs of a workflow. Only
 * io.imageshare.ShareWorkflow calls it.
 */
@NullMarked
package io.imageshare.internal.engine;

import org.jspecify.annotations.NullMarked;
