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

/** The client of the images' owner, and one for each recipient with credentials of its own. */
final class ClientPerProject {
  /** Separates the id of a recipient's job from its project; the service's ids have none. */
  private static final char SEPARATOR = '@';

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
      case SHARE, UNSHARE -> owner.submit(slice);
      case ACCEPT, REJECT -> decide(slice);
    };
  }

  private Job decide(ShareRequest slice) {
    if (slice.recipients().size() > 1) {
      throw ErrorTranslation.exception(
          Kind.INVALID, "a call that accepts or rejects is of one project, not " + slice);
    }
    String project = slice.recipients().iterator().next().id();
    return Job.running(required(project).submit(slice).id() + SEPARATOR + project);
  }

  /** A job is polled by the project that submitted it. */
  Job job(String id) {
    int end = id.lastIndexOf(SEPARATOR);
    if (end < 0) {
      return owner.job(id);
    }
    ImsClient recipient = find(id.substring(end + 1));
    if (recipient == null) {
      throw ErrorTranslation.exception(
          Kind.INVALID, "job " + id + " is of no project with credentials here");
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
    return required(recipient.id()).images(status);
  }

  Map<String, Image> describe(Set<String> images) {
    return images.isEmpty() ? Map.of() : owner.describe(images);
  }

  private ImsClient required(String project) {
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
