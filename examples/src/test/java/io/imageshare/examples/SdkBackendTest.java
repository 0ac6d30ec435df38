package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import io.imageshare.FlowPolicy;
import io.imageshare.MemberBackend;
import io.imageshare.PollPolicy;
import io.imageshare.Recipient;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.BackendContract;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.SocketFault;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The contract, and a run, over the vendor's client. */
class SdkBackendTest {
  private static final String OWNER = "11112222333344445555666677778888";
  private static final String ELSEWHERE = "dddddddddddddddddddddddddddddddd";
  private static final List<String> IMAGES =
      IntStream.range(0, 3).mapToObj(n -> new UUID(7, n).toString()).toList();
  private static final List<String> PROJECTS =
      IntStream.range(0, 3).mapToObj("%032x"::formatted).toList();

  private final Set<Thread> before = threads();
  private final ExecutorService executor = Executors.newFixedThreadPool(4);
  private final MemoryBackend cloud =
      MemoryBackend.builder()
          .owner(OWNER)
          .images(IMAGES)
          .badProjects(ELSEWHERE)
          .jobsTake(Duration.ofMillis(30))
          .build();
  private final ImsServer server = ImsServer.builder(cloud).accessKey("AK", "test-secret").build();

  /** The threads that would keep the program from exiting. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.isDaemon())
        .collect(Collectors.toSet());
  }

  @AfterEach
  void close() throws InterruptedException {
    server.close();
    executor.shutdown();
    assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES), "calls are still under way");
    Set<Thread> left = threads();
    left.removeAll(before);
    for (Thread thread : left) {
      // The pool reports its end shortly before its last thread ends.
      thread.join(60_000);
      assertFalse(thread.isAlive(), thread + " is left");
    }
  }

  private MemberBackend open() {
    BasicCredentials credentials =
        new BasicCredentials().withProjectId(OWNER).withAk("AK").withSk("test-secret");
    return MemberBackend.blocking(new SdkBackend(server.endpoint(), credentials), executor);
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContract() {
    BackendContract.Subject subject = new Subject();
    return BackendContract.rules().stream()
        .map(
            rule ->
                dynamicTest(
                    rule.toString(), () -> rule.check(subject).ifPresent(Assumptions::abort)));
  }

  private final class Subject implements BackendContract.Subject {
    @Override
    public MemberBackend open() {
      return SdkBackendTest.this.open();
    }

    @Override
    public List<String> images() {
      return IMAGES;
    }

    @Override
    public List<Recipient> recipients() {
      return PROJECTS.stream().map(Recipient::project).toList();
    }

    @Override
    public String unknownImage() {
      return new UUID(7, 999).toString();
    }

    @Override
    public Duration patience() {
      return Duration.ofMinutes(1);
    }
  }

  private ShareReport share(List<String> projects, Runnable surveyed) {
    Duration instant = Duration.ofMillis(10);
    try (MemberBackend backend = open();
        ShareWorkflow workflow =
            ShareWorkflow.builder(backend)
                .flow(FlowPolicy.defaults().callsPerSecond(1000))
                .retry(RetryPolicy.defaults().backoff(instant, instant))
                .poll(PollPolicy.fixed(instant))
                .listener(
                    event -> {
                      if (event instanceof ShareEvent.Surveyed) {
                        surveyed.run();
                      }
                    })
                .seed(1)
                .build()) {
      return workflow.run(ShareRequest.share(IMAGES, projects));
    }
  }

  @Test
  void servesAWorkflow() {
    ShareReport report = share(List.of(PROJECTS.get(0), ELSEWHERE, PROJECTS.get(1)), () -> {});
    assertEquals(6, report.counts().done(), report.toString());
    assertEquals(
        List.of("IMG.0108", "IMG.0108", "IMG.0108"),
        report.failed().map(failed -> failed.reason().code()).toList());
    assertEquals(6, cloud.members().size());
  }

  @Test
  void aSubmitWithALostAnswerIsNotRepeated() {
    ShareReport report = share(PROJECTS, () -> server.inject(new SocketFault.ResetAfterEffect()));
    assertTrue(report.allDone(), report.toString());
    assertEquals(
        1, server.requests().stream().filter(request -> request.method().equals("POST")).count());
  }
}
