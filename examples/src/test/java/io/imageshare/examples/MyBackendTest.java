package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.imageshare.MemberBackend;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.BackendContract;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class MyBackendTest {
  private static final List<String> IMAGES = List.of("image-1", "image-2", "image-3");

  // region contract
  @TestFactory
  Stream<DynamicTest> keepsTheContract() {
    return BackendContract.rules().stream()
        .map(
            rule ->
                dynamicTest(
                    rule.toString(),
                    () -> rule.check(new MySubject()).ifPresent(Assumptions::abort)));
  }

  // endregion

  private static final class MySubject implements BackendContract.Subject {
    @Override
    public MemberBackend open() {
      return new MyBackend(Timekeeper.virtual(), IMAGES);
    }

    @Override
    public List<String> images() {
      return IMAGES;
    }

    @Override
    public List<Recipient> recipients() {
      return Stream.of("project-1", "project-2", "project-3").map(Recipient::project).toList();
    }

    @Override
    public String unknownImage() {
      return "image-4";
    }

    @Override
    public Duration patience() {
      return Duration.ofSeconds(1);
    }
  }

  @Test
  void onlyUnsupportedRulesAreSkipped() {
    List<String> skipped =
        BackendContract.rules().stream()
            .filter(rule -> rule.check(new MySubject()).isPresent())
            .map(BackendContract.Rule::id)
            .toList();
    assertEquals(List.of("S5", "J3", "M4", "M5", "D1", "D2", "D3", "D4", "D5"), skipped);
  }

  @Test
  void servesAWorkflow() {
    ShareRequest request =
        ShareRequest.share(List.of("image-1", "image-4"), List.of("project-1", "project-2"));
    try (ShareWorkflow workflow = ShareWorkflow.over(new MyBackend(Timekeeper.virtual(), IMAGES))) {
      ShareReport report = workflow.run(request);
      assertEquals(2, report.counts().done());
      assertEquals(
          List.of(Reason.Kind.INVALID_IMAGE, Reason.Kind.INVALID_IMAGE),
          report.failed().map(failed -> failed.reason().kind()).toList());
    }
  }
}
