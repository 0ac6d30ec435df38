package io.imageshare.memory;

import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A backend that passes every call on, unless a subclass does otherwise. */
class ForwardingBackend implements MemberBackend {
  private final MemberBackend backend;

  ForwardingBackend(MemberBackend backend) {
    this.backend = backend;
  }

  /**
   * Makes a call.
   *
   * @param slice what is submitted, or null
   * @param id what else the call is about, as {@link MemoryBackend.Call#id} has it
   * @param call passes the call on
   */
  <T> CompletionStage<T> call(
      Kind kind, @Nullable ShareRequest slice, String id, Supplier<CompletionStage<T>> call) {
    return call.get();
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    return call(Kind.SUBMIT, slice, "", () -> backend.submit(slice));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return call(Kind.JOB, null, id, () -> backend.job(id));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return call(Kind.MEMBERS, null, image, () -> backend.members(image));
  }

  @Override
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return call(Kind.IMAGES, null, recipient.id(), () -> backend.images(recipient, status));
  }

  @Override
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return call(Kind.DESCRIBE, null, String.join(" ", images), () -> backend.describe(images));
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
    return backend.time();
  }

  @Override
  public void close() {
    backend.close();
  }
}
