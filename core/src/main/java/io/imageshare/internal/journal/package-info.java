/**
 * What a run writes down to survive its process: entries, their text, the writer, and the journal
 * in a directory. The engine writes and reads; io.imageshare.Journal makes the directory journal.
 */
@NullMarked
package io.imageshare.internal.journal;

import org.jspecify.annotations.NullMarked;
