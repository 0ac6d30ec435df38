package io.imageshare.http;

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
import org.jspecify.annotations.Nullable;

/** Who calls: the images' owner, and each recipient with credentials of its own. */
final class Parties {
  /** Stands between the id of a recipient's job and its project; the service's ids have none. */
  private static final char OF = '@';

  private final Api owner;
  private final Function<String, @Nullable Api> recipients;
  private final Map<String, Api> known = new ConcurrentHashMap<>();

  /**
   * The parties.
   *
   * @param recipients makes the calls of a project; gives null for one without credentials
   */
  Parties(Api owner, Function<String, @Nullable Api> recipients) {
    this.owner = owner;
    this.recipients = recipients;
  }

  Job submit(ShareRequest slice) {
    return switch (slice.action()) {
      case SHARE, UNSHARE -> owner.submit(slice);
      case ACCEPT, REJECT -> decide(slice);
    };
  }

  private Job decide(ShareRequest slice) {
    if (slice.recipients().size() > 1) {
      throw Failure.of(
          Kind.INVALID, "a call that accepts or rejects is of one project, not " + slice);
    }
    String project = slice.recipients().iterator().next().id();
    return Job.running(recipient(project).submit(slice).id() + OF + project);
  }

  /** A job is seen by who made it. */
  Job job(String id) {
    int end = id.lastIndexOf(OF);
    if (end < 0) {
      return owner.job(id);
    }
    Api recipient = of(id.substring(end + 1));
    if (recipient == null) {
      throw Failure.of(Kind.INVALID, "job " + id + " is of no project with credentials here");
    }
    Job job = recipient.job(id.substring(0, end));
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

  Map<Recipient, MemberStatus> members(String image) {
    return owner.members(image);
  }

  Set<String> images(Recipient recipient, MemberStatus status) {
    return recipient(recipient.id()).images(status);
  }

  Map<String, Image> describe(Set<String> images) {
    return images.isEmpty() ? Map.of() : owner.describe(images);
  }

  private Api recipient(String project) {
    Api recipient = of(project);
    if (recipient == null) {
      throw Failure.of(
          Kind.FORBIDDEN,
          "there are no credentials for project %s; recipients(...) gives them".formatted(project));
    }
    return recipient;
  }

  private @Nullable Api of(String project) {
    return known.computeIfAbsent(project, recipients);
  }
}
