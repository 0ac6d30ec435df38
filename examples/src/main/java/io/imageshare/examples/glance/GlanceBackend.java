package io.imageshare.examples.glance;

import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareRequest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The members of Glance, the image service of OpenStack. It has no batches and no jobs: a slice is
 * one image with one project, one call, and its job has ended with the answer.
 *
 * <p>Glance takes every text for a project, so that a recipient that does not exist is a success.
 * Only images whose visibility is {@code shared}, which is what they have unless told otherwise,
 * can have members.
 */
final class GlanceBackend implements MemberBackend {
  /** As many as the engine has under way at once. */
  private static final int THREADS = 8;

  /**
   * For workflows over this backend. During an outage each pair repeats its own call, so that a
   * restart of a minute takes more repeats than where a call is for hundreds of pairs.
   */
  static final RetryPolicy RETRIES = RetryPolicy.defaults().attempts(12).budget(1000);

  private static final String CLOSED = "the backend is closed";

  private final Exchange http = new Exchange();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "glance");
            thread.setDaemon(true);
            return thread;
          });
  private final GlanceClient owner;
  private final Function<String, @Nullable OpenStackCloud> recipients;
  private final Map<String, GlanceClient> others = new ConcurrentHashMap<>();
  private final int membersPerImage;

  /**
   * A backend.
   *
   * @param owner the project that owns the images
   * @param recipients a project that accepts or rejects images, by its id; null: it cannot be asked
   * @param membersPerImage {@code image_member_quota} of the cloud, which Glance does not tell; 128
   *     unless it was set
   */
  GlanceBackend(
      OpenStackCloud owner,
      Function<String, @Nullable OpenStackCloud> recipients,
      int membersPerImage) {
    this.owner = new GlanceClient(owner, http);
    this.recipients = recipients;
    this.membersPerImage = membersPerImage;
  }

  // region onePair
  @Override
  public BatchLimits limits() {
    return new BatchLimits(1, 1, 1);
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    return async(() -> one(slice, image(slice), project(slice)));
  }

  private Job one(ShareRequest pair, String image, String project) {
    return switch (pair.action()) {
      case SHARE -> owner.share(image, project);
      case UNSHARE -> owner.unshare(image, project);
      case ACCEPT -> recipient(project).decide(image, MemberStatus.ACCEPTED);
      case REJECT -> recipient(project).decide(image, MemberStatus.REJECTED);
    };
  }

  // endregion

  private static String image(ShareRequest pair) {
    return GlanceClient.plain(Kind.INVALID_IMAGE, pair.images().iterator().next());
  }

  private static String project(ShareRequest pair) {
    Recipient recipient = pair.recipients().iterator().next();
    if (recipient.type() != Recipient.Type.PROJECT) {
      throw refusal(Kind.INVALID_RECIPIENT, "Glance shares with projects only: " + recipient);
    }
    return GlanceClient.plain(Kind.INVALID_RECIPIENT, recipient.id());
  }

  private GlanceClient recipient(String project) {
    return others.computeIfAbsent(
        project,
        id -> {
          OpenStackCloud cloud = recipients.apply(id);
          if (cloud == null) {
            throw refusal(Kind.FORBIDDEN, "no credentials of project " + id);
          }
          return new GlanceClient(cloud, http);
        });
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return async(
        () -> {
          throw refusal(Kind.INVALID, "every job has ended when it is known: " + id);
        });
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return async(() -> owner.list(GlanceClient.plain(Kind.INVALID_IMAGE, image)));
  }

  @Override
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return async(() -> recipient(recipient.id()).images(status));
  }

  @Override
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return async(() -> owner.describe(images));
  }

  @Override
  public int membersPerImage() {
    return membersPerImage;
  }

  private static BackendException refusal(Kind kind, String message) {
    return new BackendException(new Reason(kind, "", message));
  }

  private <T> CompletionStage<T> async(Callable<T> call) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      threads.execute(
          () -> {
            try {
              if (threads.isShutdown()) {
                throw refusal(Kind.UNAVAILABLE, CLOSED);
              }
              answer.complete(call.call());
            } catch (Throwable e) {
              answer.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(refusal(Kind.UNAVAILABLE, CLOSED));
    }
    return answer;
  }

  /** Interrupts the calls under way, where a write fails as LOST; those that wait are not sent. */
  @Override
  public void close() {
    threads.shutdownNow().forEach(Runnable::run);
  }
}
