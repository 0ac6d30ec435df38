package io.imageshare.internal.engine;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.Reason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a job that has ended says of single pairs. */
final class JobResults {
  /** Nothing: no job, or none that has ended. */
  static final JobResults NONE = new JobResults(Job.running("none"));

  private final boolean succeeded;
  private final Map<Member, Job.Result> results = new HashMap<>();

  /** The images of which it says that something failed, and not for whom. */
  private final Set<String> inPart = new HashSet<>();

  JobResults(Job job) {
    succeeded = job.status() == Job.Status.SUCCESS;
    for (Job.Result result : job.results()) {
      if (job.ended() && result.recipient() != null) {
        results.put(new Member(result.image(), result.recipient()), result);
      } else if (job.ended() && !result.succeeded()) {
        inPart.add(result.image());
      }
    }
  }

  /** Whether it says that the pair is done. */
  boolean vouches(Member member) {
    Job.Result result = results.get(member);
    return result == null ? succeeded : result.succeeded();
  }

  /** Whether it says that the pair is done, and says nothing that makes that doubtful. */
  boolean proves(Member member) {
    return vouches(member) && !inPart.contains(member.image());
  }

  /** Whether it proves that of every pair. */
  boolean provesAll() {
    return succeeded && results.isEmpty() && inPart.isEmpty();
  }

  /** Why it says that this very pair is not done. */
  @Nullable Reason against(Member member) {
    Job.Result result = results.get(member);
    return result == null || result.succeeded() ? null : result.reason();
  }

  /** Why a pair that a job vouches for is asked again. */
  static Reason unlisted(String job) {
    return new Reason(
        Reason.Kind.LOST, "", "job %s ended well, yet the listing lacks it".formatted(job));
  }
}
