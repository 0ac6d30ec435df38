package io.imageshare.memory.internal.contract;

/** The subject cannot offer what the rest of a rule needs. */
final class RuleSkippedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  final String reason;

  RuleSkippedException(String reason) {
    super(reason);
    this.reason = reason;
  }
}
