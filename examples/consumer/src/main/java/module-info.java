/** A program that embeds imageshare. */
module consumer {
  requires io.imageshare;
  requires io.imageshare.http;
  requires io.imageshare.memory;
}
