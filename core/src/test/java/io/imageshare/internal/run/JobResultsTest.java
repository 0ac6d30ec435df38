package io.imageshare.internal.run;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobResultsTest {
  private static final Recipient ONE = Recipient.project("one");
  private static final Recipient TWO = Recipient.project("two");

  private static boolean proves(List<Job.Result> results, String image, Recipient recipient) {
    return new JobResults(Job.succeeded("job").results(results))
        .proves(new Member(image, recipient));
  }

  @Test
  void aJobThatEndedWellProvesWhatItDoesNotDeny() {
    assertTrue(proves(List.of(), "image", ONE));
    List<Job.Result> pair = List.of(new Job.Result("image", ONE, false, null));
    assertFalse(proves(pair, "image", ONE));
    assertTrue(proves(pair, "image", TWO));
    List<Job.Result> part = List.of(new Job.Result("image", null, false, null));
    assertFalse(proves(part, "image", ONE));
    assertFalse(proves(part, "image", TWO));
    assertTrue(proves(part, "other", TWO));
  }

  @Test
  void aPairIsFoundHoweverItsIdsAreSpelled() {
    String image = "3f1c9a52-7d0e-4c55-9b1e-2a6f0d8c4e11";
    Recipient project = Recipient.project("0a1b2c3d4e5f60718293a4b5c6d7e8f9");
    Job.Result other =
        new Job.Result(
            "3F1C9A527D0E4C559B1E2A6F0D8C4E11",
            Recipient.project("0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9"),
            false,
            null);
    assertFalse(proves(List.of(other), image, project));
    Job.Result part = new Job.Result("3F1C9A527D0E4C559B1E2A6F0D8C4E11", null, false, null);
    assertFalse(proves(List.of(part), image, project));
  }

  @Test
  void aFailureThatNamesNoRecipientIsOfAllOnlyIfItIsTheImagesOwn() {
    for (Reason.Kind kind : Reason.Kind.values()) {
      Reason reason = new Reason(kind, "IMG.1", "why");
      JobResults results =
          new JobResults(
              Job.succeeded("job")
                  .results(
                      List.of(
                          new Job.Result("image", ONE, true, null),
                          new Job.Result("image", null, false, reason))));
      assertNull(results.failure(new Member("image", ONE)));
      assertNull(results.failure(new Member("other", TWO)));
      boolean all = kind == Reason.Kind.INVALID_IMAGE || kind == Reason.Kind.QUOTA;
      assertEquals(
          all ? reason : new Reason(Reason.Kind.LOST, "IMG.1", "why"),
          results.failure(new Member("image", TWO)));
      assertTrue(results.confirms(new Member("image", TWO)), "which may be listed late");
    }
  }

  @Test
  void whatAJobSaysOfAPairInTwoWaysProvesNothingInWhateverOrder() {
    Job.Result done = new Job.Result("image", ONE, true, null);
    Job.Result failed =
        new Job.Result("image", ONE, false, new Reason(Reason.Kind.FORBIDDEN, "IMG.1", "why"));
    Member pair = new Member("image", ONE);
    for (List<Job.Result> both :
        List.of(
            List.of(done, failed),
            List.of(failed, done),
            List.of(done, failed, failed),
            List.of(failed, done, failed),
            List.of(failed, done, done))) {
      JobResults results = new JobResults(Job.succeeded("job").results(both));
      assertFalse(results.confirms(pair));
      assertEquals(Reason.Kind.LOST, requireNonNull(results.failure(pair)).kind());
    }
  }

  @Test
  void aFailureWithoutAReasonIsNoSuccess() {
    JobResults results =
        new JobResults(
            Job.succeeded("job").results(List.of(new Job.Result("image", ONE, false, null))));
    Reason reason = requireNonNull(results.failure(new Member("image", ONE)));
    assertEquals("LOST: the job failed for this pair, and gives no reason", reason.toString());
  }
}
