/** The core of imageshare: what to share, the SPI for backends, and the engine between them. */
module io.imageshare {
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.google.common;
  requires org.slf4j;

  exports io.imageshare;
}
