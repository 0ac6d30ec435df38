package io.imageshare.internal.run;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.Reason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an ended job says of single pairs. */
final class JobResults {
  /** No job, or one that has not ended: it says nothing. */
  static final JobResults NONE = new JobResults(Job.running("none"));

  private final boolean succeeded;
  private final Map<Member, Job.Result> results = new HashMap<>();

  /** The images with a failed result that names no recipient. */
  private final Set<String> imagesWithFailures = new HashSet<>();

  JobResults(Job job) {
    succeeded = job.status() == Job.Status.SUCCESS;
    for (Job.Result result : job.results()) {
      if (job.ended() && result.recipient() != null) {
        results.put(new Member(result.image(), result.recipient()), result);
      } else if (job.ended() && !result.succeeded()) {
        imagesWithFailures.add(result.image());
      }
    }
  }

  /** Whether the job says that the pair is done. */
  boolean confirms(Member member) {
    Job.Result result = results.get(member);
    return result == null ? succeeded : result.succeeded();
  }

  /** Whether the job says that the pair is done, and no result casts doubt on it. */
  boolean proves(Member member) {
    return confirms(member) && !imagesWithFailures.contains(member.image());
  }

  /** Whether that holds for every pair. */
  boolean provesAll() {
    return succeeded && results.isEmpty() && imagesWithFailures.isEmpty();
  }

  /** The reason that the job gives for a failure of this pair; null if it gives none. */
  @Nullable Reason failure(Member member) {
    Job.Result result = results.get(member);
    return result == null || result.succeeded() ? null : result.reason();
  }

  /** The reason to ask again for a pair that a job confirms and the listing lacks. */
  static Reason unlisted(String job) {
    return new Reason(
        Reason.Kind.LOST, "", "job %s succeeded, but the listing does not show it".formatted(job));
  }
}
