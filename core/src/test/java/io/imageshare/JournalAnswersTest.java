package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.imageshare.ShareReport.Ending;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever waits for a journal that gives no answer, or none that can be used, is told so. */
class JournalAnswersTest {
  private static final ShareRequest REQUEST = ShareRequest.share(List.of("i"), List.of("p"));

  private final BlockingMemberBackend client =
      mock(BlockingMemberBackend.class, CALLS_REAL_METHODS);

  private ShareWorkflow workflow(Supplier<@Nullable CompletionStage<?>> answer) {
    return ShareWorkflow.builder(MemberBackend.blocking(client, Runnable::run))
        .time(Timekeeper.virtual())
        .journal(mock(Journal.class, call -> answer.get()))
        .seed(1)
        .build();
  }

  private static Object call(String method, ShareWorkflow workflow) {
    return switch (method) {
      case "claim" -> workflow.start("id", REQUEST);
      case "unfinished" -> workflow.resume();
      case "report" -> workflow.report("id");
      default -> workflow.cancel("id");
    };
  }

  private void assertTold(
      String method, String expected, Supplier<@Nullable CompletionStage<?>> answer) {
    ShareWorkflow workflow = workflow(answer);
    Exception e = assertThrows(IllegalStateException.class, () -> call(method, workflow));
    assertEquals("the journal failed: " + expected, e.getMessage());
    workflow.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"claim", "unfinished", "report", "cancel"})
  void whoeverWaitsIsTold(String method) {
    assertTold(method, method + " answered null", () -> CompletableFuture.completedFuture(null));
    assertTold(method, "the journal returned no stage; is it a mock?", () -> null);
    assertTold(method, "no answer for 15.0 s", CompletableFuture::new);
    assertTold(
        method,
        "planted by the test",
        () -> {
          throw new IllegalArgumentException("planted by the test");
        });
    assertTold(
        method,
        "java.util.concurrent.CancellationException",
        () -> {
          CompletableFuture<?> cancelled = new CompletableFuture<>();
          cancelled.cancel(true);
          return cancelled;
        });
  }

  @Test
  void noRunIsNullAmongThoseThatCanBeResumed() {
    List<?> runs = Arrays.asList(new Journal.Unfinished("id", "", Duration.ZERO), null);
    assertTold(
        "unfinished",
        "unfinished answered null among others",
        () -> CompletableFuture.completedFuture(runs));
  }

  @Test
  @SuppressWarnings("NullAway") // a caller without it
  void nothingIsMissingInAClaimOrAnUnfinishedRun() {
    assertThrows(NullPointerException.class, () -> new Journal.Claim(1, null));
    assertThrows(NullPointerException.class, () -> new Journal.Claim(1, Arrays.asList("{}", null)));
    assertThrows(NullPointerException.class, () -> new Journal.Unfinished(null, "", Duration.ZERO));
    assertThrows(
        NullPointerException.class, () -> new Journal.Unfinished("i", null, Duration.ZERO));
    assertThrows(NullPointerException.class, () -> new Journal.Unfinished("id", "", null));
  }

  @Test
  void aRunWhoseClaimIsAnsweredNullSendsNothingAndEnds() throws Exception {
    when(client.members(any())).thenReturn(Map.of());
    ShareReport report =
        workflow(() -> CompletableFuture.completedFuture(null)).start(REQUEST).report().join();
    assertEquals(Ending.STOPPED, report.ending());
    assertTrue(report.toString().contains("claim answered null"), report.toString());
  }
}
