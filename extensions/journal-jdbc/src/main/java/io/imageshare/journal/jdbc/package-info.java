/**
 * A journal and a pacer in a database, for processes that share runs or a rate limit: {@link
 * io.imageshare.journal.jdbc.JdbcJournal} and {@link io.imageshare.journal.jdbc.JdbcPacer}.
 */
@NullMarked
package io.imageshare.journal.jdbc;

import org.jspecify.annotations.NullMarked;
