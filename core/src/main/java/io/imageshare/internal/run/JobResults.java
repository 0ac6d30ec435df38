package io.imageshare.internal.run;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.Reason;
import io.imageshare.internal.table.Ids;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an ended job says of single pairs. */
final class JobResults {
  /** No job, or one that has not ended: it says nothing. */
  static final JobResults NONE = new JobResults(Job.running("none"));

  private final boolean succeeded;

  /** By the keys of their ids. */
  private final Map<Member, Job.Result> results = new HashMap<>();

  /** The failures that name no recipient, by the keys of their images. */
  private final Map<String, Reason> failuresOfImages = new HashMap<>();

  JobResults(Job job) {
    succeeded = job.status() == Job.Status.SUCCESS;
    for (Job.Result result : job.results()) {
      if (job.ended() && result.recipient() != null) {
        results.merge(
            Ids.key(new Member(result.image(), result.recipient())),
            result,
            (one, other) -> one.succeeded() == other.succeeded() ? one : contradiction(one));
      } else if (job.ended() && !result.succeeded()) {
        failuresOfImages.putIfAbsent(Ids.key(result.image()), ofImage(result));
      }
    }
  }

  private Job.@Nullable Result of(Member member) {
    return results.isEmpty() ? null : results.get(Ids.key(member));
  }

  /** Whether the job says that the pair is done. */
  boolean confirms(Member member) {
    Job.Result result = of(member);
    return result == null ? succeeded : result.succeeded();
  }

  /** Whether the job says that the pair is done, and no result casts doubt on it. */
  boolean proves(Member member) {
    return confirms(member) && !failuresOfImages.containsKey(Ids.key(member.image()));
  }

  /** Whether that holds for every pair. */
  boolean provesAll() {
    return succeeded && results.isEmpty() && failuresOfImages.isEmpty();
  }

  /**
   * The reason that the job gives for a failure of this pair; where a failed result names the image
   * alone, for what may be one. Null if it gives none.
   */
  @Nullable Reason failure(Member member) {
    Job.Result result = of(member);
    if (result == null) {
      return failuresOfImages.get(Ids.key(member.image()));
    }
    if (result.succeeded()) {
      return null;
    }
    return result.reason() != null
        ? result.reason()
        : new Reason(Reason.Kind.LOST, "", "the job failed for this pair, and gives no reason");
  }

  /** Such a pair is read, and asked again. */
  private static Job.Result contradiction(Job.Result result) {
    Reason reason =
        new Reason(Reason.Kind.LOST, "", "the job says of this pair both that it is done and not");
    return new Job.Result(result.image(), result.recipient(), false, reason);
  }

  /**
   * Why an image failed, for each of its pairs. Only what is wrong with the image itself is so for
   * all of them; anything else may be true of another, and this one is asked again.
   */
  private static Reason ofImage(Job.Result result) {
    Reason reason = result.reason();
    if (reason == null) {
      return new Reason(Reason.Kind.LOST, "", "the job failed for this image, and not for whom");
    }
    boolean all = reason.kind() == Reason.Kind.INVALID_IMAGE || reason.kind() == Reason.Kind.QUOTA;
    return all ? reason : new Reason(Reason.Kind.LOST, reason.code(), reason.message());
  }

  /** The reason to ask again for a pair that a job confirms and the listing lacks. */
  static Reason unlisted(String job) {
    return new Reason(
        Reason.Kind.LOST, "", "job %s succeeded, but the listing does not show it".formatted(job));
  }
}
