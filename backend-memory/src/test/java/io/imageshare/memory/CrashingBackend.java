package io.imageshare.memory;

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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** A cloud as seen by a process that may die before and after each call. */
record CrashingBackend(MemoryBackend cloud, KillSwitch fuse, BiConsumer<Kind, String> before)
    implements MemberBackend {

  private <T> CompletionStage<T> call(Kind kind, String about, Supplier<CompletionStage<T>> call) {
    if (fuse.pass()) {
      before.accept(kind, about);
      CompletionStage<T> answer = call.get();
      if (fuse.pass()) {
        return answer;
      }
    }
    return new CompletableFuture<>();
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    return call(Kind.SUBMIT, slice.toString(), () -> cloud.submit(slice));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return call(Kind.JOB, id, () -> cloud.job(id));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return call(Kind.MEMBERS, image, () -> cloud.members(image));
  }

  @Override
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return call(Kind.IMAGES, recipient.id(), () -> cloud.images(recipient, status));
  }

  @Override
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return call(Kind.DESCRIBE, String.join(" ", images), () -> cloud.describe(images));
  }

  @Override
  public Timekeeper time() {
    return cloud.time();
  }
}
