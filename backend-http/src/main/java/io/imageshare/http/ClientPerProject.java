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
final class ClientPerProject {
  /** Stands between the id of a recipient's job and its project; the service's ids have none. */
  private static final char OF = '@';

  private final ImsClient owner;
  private final Function<String, @Nullable ImsClient> recipients;
  private final Map<String, ImsClient> known = new ConcurrentHashMap<>();

  /**
   * The parties.
   *
   * @param recipients makes the calls of a project; gives null for one without credentials
   */
  ClientPerProject(ImsClient owner, Function<String, @Nullable ImsClient> recipients) {
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
      throw NetworkErrors.of(
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
    ImsClient recipient = of(id.substring(end + 1));
    if (recipient == null) {
      throw NetworkErrors.of(Kind.INVALID, "job " + id + " is of no project with credentials here");
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

  private ImsClient recipient(String project) {
    ImsClient recipient = of(project);
    if (recipient == null) {
      throw NetworkErrors.of(
          Kind.FORBIDDEN,
          "there are no credentials for project %s; recipients(...) gives them".formatted(project));
    }
    return recipient;
  }

  private @Nullable ImsClient of(String project) {
    return known.computeIfAbsent(project, recipients);
  }
}
