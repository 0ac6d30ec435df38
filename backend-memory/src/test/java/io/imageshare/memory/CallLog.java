package io.imageshare.memory;

import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A backend that passes every call on, and keeps what its caller asked and was told, and when. What
 * is lost on the way to a cloud or back only the caller can know.
 */
final class CallLog implements MemberBackend {
  private final MemberBackend backend;
  private final Timekeeper time;
  // Guarded by itself.
  private final List<Call> calls = new ArrayList<>();

  CallLog(MemberBackend backend, Timekeeper time) {
    this.backend = backend;
    this.time = time;
  }

  /** Every call so far, in the order they were made; one that is not answered has no end. */
  List<Call> calls() {
    synchronized (calls) {
      return List.copyOf(calls);
    }
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    int place = begin(Call.Kind.SUBMIT, slice, "");
    return backend
        .submit(slice)
        .whenComplete((job, e) -> end(place, job == null ? "" : job.id(), e));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    int place = begin(Call.Kind.JOB, null, id);
    return backend.job(id).whenComplete((job, e) -> end(place, "", e));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    int place = begin(Call.Kind.MEMBERS, null, image);
    return backend.members(image).whenComplete((members, e) -> end(place, "", e));
  }

  @Override
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    int place = begin(Call.Kind.IMAGES, null, recipient.id());
    return backend.images(recipient, status).whenComplete((images, e) -> end(place, "", e));
  }

  @Override
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    int place = begin(Call.Kind.DESCRIBE, null, String.join(" ", images));
    return backend.describe(images).whenComplete((told, e) -> end(place, "", e));
  }

  private int begin(Call.Kind kind, @Nullable ShareRequest slice, String id) {
    synchronized (calls) {
      calls.add(new Call(kind, slice, id, time.now(), null, "", null, List.of()));
      return calls.size() - 1;
    }
  }

  private void end(int place, String job, @Nullable Throwable e) {
    synchronized (calls) {
      Call call = calls.get(place);
      calls.set(
          place,
          new Call(
              call.kind(),
              call.slice(),
              call.id(),
              call.begun(),
              time.now(),
              job,
              e == null ? null : reason(e),
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
  public BatchLimits limits() {
    return backend.limits();
  }

  @Override
  public int membersPerImage() {
    return backend.membersPerImage();
  }

  @Override
  public Timekeeper time() {
    return time;
  }
}
