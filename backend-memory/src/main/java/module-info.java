/** The simulated image service, for tests of programs and of backends. */
module io.imageshare.memory {
  requires static transitive org.jspecify;
  requires transitive io.imageshare;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.google.common;
  requires org.slf4j;

  exports io.imageshare.memory;

  opens io.imageshare.memory.internal.server to
      com.fasterxml.jackson.databind;
}
