package io.imageshare.http;

import com.google.common.base.CharMatcher;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The client of the images' owner, and one for each recipient with credentials of its own. */
final class ClientPerProject {
  /**
   * Ends the project in front of a job's id: {@code project@id} for a recipient's job, {@code @id}
   * for one of the owner's. Only the first one counts, and no project contains it, so that nothing
   * in an id that the service gives changes whose job it is. The owner's ids without one stay as
   * they are.
   */
  private static final char SEPARATOR = '@';

  private static final CharMatcher PROJECT =
      Identity.VISIBLE_ASCII.and(CharMatcher.isNot(SEPARATOR));

  private final ImsClient owner;
  private final Function<String, @Nullable ImsClient> factory;
  private final Map<String, ImsClient> recipients = new ConcurrentHashMap<>();

  /**
   * The clients.
   *
   * @param factory makes the client of a project; gives null for one without credentials
   */
  ClientPerProject(ImsClient owner, Function<String, @Nullable ImsClient> factory) {
    this.owner = owner;
    this.factory = factory;
  }

  Job submit(ShareRequest slice) {
    return switch (slice.action()) {
      case SHARE, UNSHARE -> {
        Job job = owner.submit(slice);
        yield job.id().indexOf(SEPARATOR) < 0 ? job : named(SEPARATOR + job.id(), job);
      }
      case ACCEPT, REJECT -> decide(slice);
    };
  }

  private Job decide(ShareRequest slice) {
    if (slice.recipients().size() > 1) {
      throw ErrorTranslation.exception(
          Kind.INVALID, "a call that accepts or rejects is of one project, not " + slice);
    }
    String project = slice.recipients().iterator().next().id();
    Job job = required(project).submit(slice);
    return named(project + SEPARATOR + job.id(), job);
  }

  /** A job is polled by the project that submitted it. */
  Job job(String id) {
    int end = id.indexOf(SEPARATOR);
    String project = id.substring(0, Math.max(0, end));
    ImsClient client = project.isEmpty() ? owner : find(project);
    String known = id.substring(end + 1);
    if (client == null || known.isBlank()) {
      throw ErrorTranslation.exception(
          Kind.INVALID, "job " + id + " is of no project with credentials here");
    }
    return named(id, client.job(known));
  }

  private static Job named(String id, Job job) {
    return new Job(
        id,
        job.type(),
        job.status(),
        job.begin(),
        job.end(),
        job.progress(),
        job.reason(),
        job.results());
  }

  Listing<?, Map<Recipient, MemberStatus>> members(String image) {
    return owner.members(image);
  }

  Listing<?, Set<String>> images(Recipient recipient, MemberStatus status) {
    return required(recipient.id()).images(status);
  }

  Listing<?, Set<String>> own(Predicate<HttpBackend.OwnImage> filter) {
    return owner.own(filter);
  }

  Listing<?, Map<String, Image>> describe(Set<String> images) {
    return owner.describe(images);
  }

  private ImsClient required(String project) {
    if (!PROJECT.matchesAllOf(project)) {
      throw ErrorTranslation.exception(
          Kind.INVALID_RECIPIENT,
          "project %s: an id has only visible ASCII characters, and no %s"
              .formatted(ApiRequest.encode(project), SEPARATOR));
    }
    ImsClient recipient = find(project);
    if (recipient == null) {
      throw ErrorTranslation.exception(
          Kind.FORBIDDEN,
          "there are no credentials for project %s; recipients(...) gives them".formatted(project));
    }
    return recipient;
  }

  private @Nullable ImsClient find(String project) {
    return recipients.computeIfAbsent(project, factory);
  }
}
