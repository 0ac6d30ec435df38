package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class JobWordTest {
  private static final Recipient ONE = Recipient.project("one");
  private static final Recipient TWO = Recipient.project("two");

  private static boolean proves(List<Job.Result> results, String image, Recipient recipient) {
    return new JobWord(Job.succeeded("job").results(results)).proves(new Member(image, recipient));
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
