package io.imageshare.memory.internal.cloud;

import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call while it is under way; guarded by the pipeline's lock. */
final class PendingCall {
  private final Call.Kind kind;
  private final @Nullable ShareRequest slice;
  private final String id;
  private final Instant begun;
  final List<Fault> faults = new ArrayList<>(1);
  String job = "";
  @Nullable Instant answered;
  @Nullable Reason reason;

  PendingCall(Call.Kind kind, @Nullable ShareRequest slice, String id, Instant begun) {
    this.kind = kind;
    this.slice = slice;
    this.id = id;
    this.begun = begun;
  }

  Call snapshot() {
    return new Call(kind, slice, id, begun, answered, job, reason, faults);
  }
}
