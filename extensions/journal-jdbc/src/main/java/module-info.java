/** A journal in a database, for runs that several processes share. */
module io.imageshare.journal.jdbc {
  requires static transitive org.jspecify;
  requires transitive io.imageshare;
  requires transitive java.sql;

  exports io.imageshare.journal.jdbc;
}
