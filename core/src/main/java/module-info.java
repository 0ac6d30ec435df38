/**
 * Shares many virtual-machine images with many recipients through an asynchronous batch API: the
 * API, the SPI for backends, and the engine between them.
 *
 * <p>The only exported package is {@link io.imageshare}. A program also needs a backend: {@code
 * io.imageshare.http} for the real service, {@code io.imageshare.memory} for tests.
 */
module io.imageshare {
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.annotation;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.google.common;
  requires org.slf4j;

  exports io.imageshare;

  opens io.imageshare.internal.flow to
      com.fasterxml.jackson.databind;
  opens io.imageshare.internal.journal to
      com.fasterxml.jackson.databind;
  opens io.imageshare.internal.report to
      com.fasterxml.jackson.databind;
  opens io.imageshare.internal.table to
      com.fasterxml.jackson.databind;
}
