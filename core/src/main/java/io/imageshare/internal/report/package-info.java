/**
 * Documents: the request, the report, and the dry run as JSON, written and read, a report as text,
 * members and wanted states as tables. The public types of the same names call it.
 */
@NullMarked
package io.imageshare.internal.report;

import org.jspecify.annotations.NullMarked;
