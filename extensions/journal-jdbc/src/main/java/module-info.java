/** A journal and a pacer in a database, for processes that share runs or a rate limit. */
module io.imageshare.journal.jdbc {
  requires static transitive org.jspecify;
  requires transitive io.imageshare;
  requires transitive java.sql;

  exports io.imageshare.journal.jdbc;
}
