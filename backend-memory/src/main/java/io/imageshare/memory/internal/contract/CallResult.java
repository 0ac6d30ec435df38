package io.imageshare.memory.internal.contract;

import static io.imageshare.memory.internal.contract.ContractClient.violation;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a call returned: a value, or a refusal. */
record CallResult<T>(String call, @Nullable T value, @Nullable BackendException refusal) {

  /** The value of a call that must succeed. */
  T required() {
    if (value == null) {
      throw violation(call + " to succeed", seen(), "how the call is sent and its answer read");
    }
    return value;
  }

  boolean refused(Reason.Kind... kinds) {
    return refusal != null && Arrays.asList(kinds).contains(refusal.reason().kind());
  }

  /** Whether the backend does not offer the call at all. */
  boolean unavailable() {
    return refused(Reason.Kind.UNSUPPORTED, Reason.Kind.FORBIDDEN);
  }

  String seen() {
    return refusal == null ? String.valueOf(value) : "refused, " + refusal.reason();
  }
}
