package io.imageshare.internal.run;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import io.imageshare.Member;
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
}
