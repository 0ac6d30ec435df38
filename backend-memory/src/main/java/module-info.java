/** The simulated image service, for tests of programs and of backends. */
module io.imageshare.memory {
  requires static transitive org.jspecify;
  requires transitive io.imageshare;

  exports io.imageshare.memory;
}
