/**
 * The pairs of a run, their outcomes, slices of them, ids and evidence about them, and text as it
 * may be shown. Values and tables without a clock, a call or a journal; plan, journal, report and
 * engine use it.
 */
@NullMarked
package io.imageshare.internal.table;

import org.jspecify.annotations.NullMarked;
