package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.atMost;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.imageshare.Reason.Kind;
import io.imageshare.ShareReport.Ending;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A failed job's reason counts as if the submit had been refused with it. */
class JobReasonTest {
  private static final ShareRequest REQUEST =
      ShareRequest.share(List.of("i-1", "i-2"), List.of("p-1", "p-2"));

  private final BlockingMemberBackend client =
      mock(BlockingMemberBackend.class, CALLS_REAL_METHODS);

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyReasonEndsTheRunAfterFewCalls(Kind kind) throws Exception {
    when(client.members(anyString())).thenReturn(Map.of());
    when(client.submit(any())).thenReturn(Job.failed("job-1", new Reason(kind, "X.1", "planted")));
    ShareReport report =
        ShareWorkflow.builder(MemberBackend.blocking(client, Runnable::run))
            .time(Timekeeper.virtual())
            .deadline(Duration.ofHours(1))
            .seed(1)
            .build()
            .run(REQUEST);
    verify(client, atMost(40)).submit(any());
    assertEquals(4, report.counts().total());
    assertEquals(0, report.counts().done());
    assertEquals(kind == Kind.UNAUTHENTICATED ? Ending.STOPPED : Ending.FINISHED, report.ending());
    boolean mayStillWork =
        switch (kind) {
          case THROTTLED, UNAVAILABLE, LOST, INTERNAL, UNAUTHENTICATED, NOT_SENT -> true;
          default -> false;
        };
    assertEquals(mayStillWork ? 4 : 0, report.counts().unknown(), report.toString());
  }
}
