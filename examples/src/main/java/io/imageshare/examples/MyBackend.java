package io.imageshare.examples;

import io.imageshare.BackendException;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A backend of your own: a map from images to members. Its jobs end at once. */
final class MyBackend implements MemberBackend {
  private final Timekeeper time;
  private final Map<String, Map<Recipient, MemberStatus>> members = new HashMap<>();
  private int jobs;

  MyBackend(Timekeeper time, Collection<String> images) {
    this.time = time;
    images.forEach(image -> members.put(image, new HashMap<>()));
  }

  // region mine
  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    return answer(() -> done(slice));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return CompletableFuture.failedFuture(refusal(Reason.Kind.INVALID, "no such job: " + id));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return answer(() -> Map.copyOf(of(image)));
  }

  // endregion

  @Override
  public Timekeeper time() {
    return time;
  }

  private Job done(ShareRequest slice) {
    // Every image is looked up before any is changed: a refused call has no effect.
    for (Map<Recipient, MemberStatus> has : slice.images().stream().map(this::of).toList()) {
      switch (slice.action()) {
        case SHARE -> slice.recipients().forEach(r -> has.putIfAbsent(r, MemberStatus.PENDING));
        case UNSHARE -> has.keySet().removeAll(slice.recipients());
        default -> throw refusal(Reason.Kind.UNSUPPORTED, "recipients cannot decide here");
      }
    }
    return Job.succeeded("job-" + ++jobs);
  }

  private Map<Recipient, MemberStatus> of(String image) {
    Map<Recipient, MemberStatus> has = members.get(image);
    if (has == null) {
      throw refusal(Reason.Kind.INVALID_IMAGE, "no such image: " + image);
    }
    return has;
  }

  private static BackendException refusal(Reason.Kind kind, String message) {
    return new BackendException(new Reason(kind, "", message));
  }

  /** One call at a time; failures complete the stage. */
  private synchronized <T> CompletionStage<T> answer(Supplier<T> call) {
    try {
      return CompletableFuture.completedFuture(call.get());
    } catch (BackendException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
