/** The real API over HTTP. */
module io.imageshare.http {
  requires static transitive org.jspecify;
  requires transitive io.imageshare;
  requires transitive java.net.http;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.google.common;
  requires org.slf4j;

  exports io.imageshare.http;
}
