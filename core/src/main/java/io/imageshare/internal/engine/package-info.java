/**
 * Runs from request to report: survey, submits, polls, reads, resumption. Only {@code
 * ShareWorkflow} and {@code SharePlan} use it.
 */
@NullMarked
package io.imageshare.internal.engine;

import org.jspecify.annotations.NullMarked;
