/**
 * A journal in a database, for runs that several processes share. {@link
 * io.imageshare.journal.jdbc.JdbcJournal} is all there is to it.
 */
@NullMarked
package io.imageshare.journal.jdbc;

import org.jspecify.annotations.NullMarked;
