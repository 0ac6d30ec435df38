package io.imageshare.memory;

import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call while it is under way; guarded by the front's lock. */
final class Exchange {
  final Call.Kind kind;
  final @Nullable ShareRequest slice;
  final String id;
  final Instant begun;
  final List<Fault> faults = new ArrayList<>(1);
  String job = "";
  @Nullable Instant answered;
  @Nullable Reason reason;

  Exchange(Call.Kind kind, @Nullable ShareRequest slice, String id, Instant begun) {
    this.kind = kind;
    this.slice = slice;
    this.id = id;
    this.begun = begun;
  }

  Call call() {
    return new Call(kind, slice, id, begun, answered, job, reason, faults);
  }
}
