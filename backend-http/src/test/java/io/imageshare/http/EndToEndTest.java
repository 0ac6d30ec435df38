package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.FlowPolicy;
import io.imageshare.MemberBackend;
import io.imageshare.PollPolicy;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.SocketFault;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine over this backend and the simulated service, when the submit fails. */
class EndToEndTest {
  private static final List<String> IMAGES =
      List.of(Fixtures.IMAGE, "77aa0c3e-5b1d-4f60-8d2c-91e4b7c05a22");
  private static final List<String> PROJECTS =
      List.of(Fixtures.RECIPIENT, "ffffffffffffffffffffffffffffffff");

  private final MemoryBackend cloud =
      MemoryBackend.builder()
          .owner(Fixtures.PROJECT)
          .images(IMAGES)
          .badProjects("dddddddddddddddddddddddddddddddd")
          .jobsTake(Duration.ZERO) // in real time: no read can come before its end
          .build();
  private final ImsServer server =
      ImsServer.builder(cloud).accessKey(Fixtures.AK, Fixtures.SK).build();

  @AfterEach
  void close() {
    server.close();
  }

  private ShareReport share(List<String> projects, Runnable surveyed) {
    try (MemberBackend backend =
            HttpBackend.builder()
                .endpoint(server.endpoint())
                .projectId(Fixtures.PROJECT)
                .credentials(Credentials.accessKey(Fixtures.AK, Fixtures.SK))
                .build();
        ShareWorkflow workflow =
            Fixtures.workflow(backend)
                .time(new AcceleratedTime()) // a lost submit is read for when its job has ended
                .flow(FlowPolicy.defaults().callTimeout(Duration.ofHours(1)))
                .poll(PollPolicy.fixed(Duration.ofSeconds(1)).patience(Duration.ofHours(1)))
                .listener(
                    event -> {
                      if (event instanceof ShareEvent.Surveyed) {
                        surveyed.run();
                      }
                    })
                .build()) {
      return workflow.run(ShareRequest.share(IMAGES, projects));
    }
  }

  private long writes() {
    return server.requests().stream().filter(request -> request.method().equals("POST")).count();
  }

  static Stream<SocketFault> faults() {
    return Stream.of(
        new SocketFault.ResetBeforeReading(),
        new SocketFault.ResetAfterEffect(),
        new SocketFault.HalfAnswer(),
        new SocketFault.Garbage());
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aLostSubmitIsResolvedByReading(SocketFault fault) {
    ShareReport report = share(PROJECTS, () -> server.inject(fault));
    assertTrue(report.allDone(), report.toString());
    assertEquals(4, cloud.members().size());
    assertEquals(1, writes(), "what took effect is not asked again: " + report.stats());
  }

  @Test
  void aBadProjectIsFoundAndFailsNobodyElse() {
    List<String> projects = List.of(PROJECTS.get(0), "dddddddddddddddddddddddddddddddd");
    ShareReport report = share(projects, () -> {});
    assertEquals(2, report.counts().done());
    assertEquals(2, report.failed().filter(f -> f.reason().code().equals("IMG.0108")).count());
  }
}
