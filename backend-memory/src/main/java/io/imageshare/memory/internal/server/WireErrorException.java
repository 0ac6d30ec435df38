package io.imageshare.memory;

/** A request the server itself refuses, before or beside what its cloud says. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  final transient Refusal refusal;

  RefusedException(Refusal refusal) {
    super(refusal.message());
    this.refusal = refusal;
  }
}
