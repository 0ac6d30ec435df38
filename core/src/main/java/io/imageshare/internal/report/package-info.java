/**
 * Documents: the request, the report, and the dry run as JSON, written and read, and a report as
 * text. The public types of the same names call it.
 */
@NullMarked
package io.imageshare.internal.report;

import org.jspecify.annotations.NullMarked;
