package io.imageshare.memory;

import io.imageshare.BackendException;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A backend that passes every call on, and keeps what its caller asked and was answered, and when.
 * Only the caller can know what is lost on the way to a cloud or back.
 */
final class CallLog extends ForwardingBackend {
  private final Timekeeper time;
  // Guarded by itself.
  private final List<Call> calls = new ArrayList<>();

  CallLog(MemberBackend backend, Timekeeper time) {
    super(backend);
    this.time = time;
  }

  /** Every call so far, in the order they were made; one that is not answered has no end. */
  List<Call> calls() {
    synchronized (calls) {
      return List.copyOf(calls);
    }
  }

  @Override
  <T> CompletionStage<T> call(
      Call.Kind kind, @Nullable ShareRequest slice, String id, Supplier<CompletionStage<T>> call) {
    int place;
    synchronized (calls) {
      place = calls.size();
      calls.add(new Call(kind, slice, id, time.now(), null, "", null, List.of()));
    }
    boolean submits = kind == Call.Kind.SUBMIT;
    return call.get()
        .whenComplete(
            (value, e) -> end(place, submits && value instanceof Job job ? job.id() : "", e));
  }

  private void end(int place, String job, @Nullable Throwable e) {
    synchronized (calls) {
      Call call = calls.get(place);
      Reason reason = e == null ? null : reason(e);
      calls.set(
          place,
          new Call(
              call.kind(),
              call.slice(),
              call.id(),
              call.begun(),
              time.now(),
              job,
              reason,
              List.of()));
    }
  }

  private static Reason reason(Throwable e) {
    Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    return cause instanceof BackendException failure
        ? failure.reason()
        : new Reason(Reason.Kind.INTERNAL, "", e.toString());
  }

  @Override
  public Timekeeper time() {
    return time;
  }

  @Override
  public void close() {}
}
