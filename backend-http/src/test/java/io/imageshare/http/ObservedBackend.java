package io.imageshare.http;

import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A backend that passes each call on.
 *
 * @param before runs before each call
 * @param after takes each result or failure
 */
record ObservedBackend(
    MemberBackend backend, Runnable before, BiConsumer<@Nullable Object, @Nullable Throwable> after)
    implements MemberBackend {

  /** One of which only the calls are observed. */
  ObservedBackend(MemberBackend backend, Runnable before) {
    this(backend, before, (value, failure) -> {});
  }

  private <T> CompletionStage<T> observed(Supplier<CompletionStage<T>> call) {
    before.run();
    return call.get().whenComplete(after);
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    return observed(() -> backend.submit(slice));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return observed(() -> backend.job(id));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return observed(() -> backend.members(image));
  }

  @Override
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return observed(() -> backend.images(recipient, status));
  }

  @Override
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return observed(() -> backend.describe(images));
  }
}
