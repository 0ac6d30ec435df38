package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

class BlockingMemberBackendTest {
  private static final ShareRequest REQUEST = ShareRequest.share(List.of("i"), List.of("p"));
  private static final Map<Recipient, MemberStatus> LISTED =
      Map.of(Recipient.project("p"), MemberStatus.PENDING);

  private final BlockingMemberBackend client =
      mock(BlockingMemberBackend.class, CALLS_REAL_METHODS);
  private final MemberBackend backend = MemberBackend.blocking(client, Runnable::run);

  @Test
  void threeStraightMethodsAreABackend() throws Exception {
    when(client.members("i")).thenReturn(Map.of()).thenReturn(LISTED);
    when(client.submit(REQUEST)).thenReturn(Job.running("job-1"));
    when(client.job("job-1")).thenReturn(Job.running("job-1")).thenReturn(Job.succeeded("job-1"));
    ShareWorkflow workflow =
        ShareWorkflow.builder(backend).time(Timekeeper.virtual()).seed(1).build();
    assertTrue(workflow.run(REQUEST).allDone());
    InOrder order = inOrder(client);
    order.verify(client).members("i");
    order.verify(client).submit(REQUEST);
    order.verify(client, times(2)).job("job-1");
    order.verify(client).members("i");
    order.verify(client).endpoint();
    order.verifyNoMoreInteractions();
  }

  @Test
  void whatAMethodThrowsCompletesTheStage() throws Exception {
    BackendException refused =
        new BackendException(new Reason(Reason.Kind.QUOTA, "IMG.0088", "full"));
    when(client.submit(REQUEST)).thenThrow(refused);
    CompletionStage<Job> stage = backend.submit(REQUEST);
    CompletionException e =
        assertThrows(CompletionException.class, () -> stage.toCompletableFuture().join());
    assertSame(refused, e.getCause());
  }

  @Test
  void aCallTheExecutorRejectsHadNoEffect() {
    MemberBackend full =
        MemberBackend.blocking(
            client,
            task -> {
              throw new RejectedExecutionException("planted by the test");
            });
    CompletionException e =
        assertThrows(
            CompletionException.class, () -> full.submit(REQUEST).toCompletableFuture().join());
    BackendException cause = assertInstanceOf(BackendException.class, e.getCause());
    assertEquals(Reason.Kind.UNAVAILABLE, cause.reason().kind());
  }

  @Test
  void whatIsCancelledWhileItWaitsForAThreadIsNotMade() throws Exception {
    Deque<Runnable> waiting = new ArrayDeque<>();
    MemberBackend slow = MemberBackend.blocking(client, waiting::add);
    assertTrue(slow.submit(REQUEST).toCompletableFuture().cancel(true));
    waiting.forEach(Runnable::run);
    verify(client, never()).submit(any());
  }

  @Test
  void whatAnEndedRunLeftToTheExecutorIsNotMade() throws Exception {
    Deque<Runnable> waiting = new ArrayDeque<>();
    ShareReport report =
        ShareWorkflow.builder(MemberBackend.blocking(client, waiting::add))
            .time(Timekeeper.virtual())
            .seed(1)
            .build()
            .run(REQUEST);
    assertFalse(report.allDone(), report.toString());
    assertFalse(waiting.isEmpty());
    waiting.forEach(Runnable::run);
    verify(client, never()).describe(any());
    verify(client, never()).members(any());
    verify(client, never()).submit(any());
  }

  @Test
  void whatTheClientSaysOfItselfIsPassedOn() {
    Timekeeper time = Timekeeper.virtual();
    BatchLimits limits = new BatchLimits(1, 2, 3);
    when(client.account()).thenReturn("account");
    when(client.limits()).thenReturn(limits);
    when(client.membersPerImage()).thenReturn(4);
    when(client.time()).thenReturn(time);
    when(client.endpoint()).thenReturn("https://ims.example");
    assertEquals("account", backend.account());
    assertEquals(limits, backend.limits());
    assertEquals(4, backend.membersPerImage());
    assertSame(time, backend.time());
    assertEquals("https://ims.example", backend.endpoint());
  }

  @Test
  void whatAMockDoesNotSayOfItselfIsNamed() {
    for (String method : List.of("account()", "endpoint()", "limits()", "time()")) {
      MemberBackend silent =
          mock(
              MemberBackend.class,
              call ->
                  method.equals(call.getMethod().getName() + "()") ? null : call.callRealMethod());
      ShareWorkflow.Builder builder = ShareWorkflow.builder(silent);
      assertEquals(
          method + " of the backend returned null; is it a mock without an answer?",
          assertThrows(IllegalArgumentException.class, builder::build).getMessage());
    }
  }

  @Test
  void closingClosesTheClient() {
    backend.close();
    verify(client).close();
  }
}
