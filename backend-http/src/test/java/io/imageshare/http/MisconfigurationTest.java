package io.imageshare.http;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.imageshare.FlowPolicy;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.Misconfigurations.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole run with each wrong setup: it ends by itself, changes nothing, makes no call it need not,
 * and its report says what is wrong and what would be right.
 */
@Timeout(600)
class MisconfigurationTest {
  private static final List<String> PROJECTS =
      IntStream.range(0, 5).mapToObj("%032x"::formatted).toList();
  private static final int PAIRS = Misconfigurations.IMAGES.size() * PROJECTS.size();
  private static final int ATTEMPTS = 3;
  // At most 50 of the 60 images fit into a call; a pair is asked for in at most 6 rounds.

  @TempDir static Path folder;
  private static SSLContext tls;

  @BeforeAll
  static void makeCertificate() throws Exception {
    tls = Certificate.forLocalhost(folder);
  }

  @TestFactory
  Stream<DynamicTest> whatIsRefusedStopsTheRunAtOnce() {
    return Stream.of(
            Misconfigurations.keys(),
            Misconfigurations.tokens(),
            Misconfigurations.regions(),
            Misconfigurations.ways(tls))
        .flatMap(rows -> rows)
        .map(row -> dynamicTest(row.wrong(), () -> stops(row)));
  }

  private static void stops(Row row) throws Exception {
    try (Environment environment = new Environment()) {
      HttpBackend.Builder client = row.setup().at(environment);
      int before = environment.requests();
      ShareReport report = run(client);
      assertEquals(row.cost(), environment.requests() - before, row.because());
      assertEquals(Ending.STOPPED, report.ending());
      Reason reason = report.reason().orElseThrow();
      assertEquals(Kind.UNAUTHENTICATED, reason.kind());
      says(row, environment, reason);
      assertEquals(1, report.stats().reads(), "the first call goes alone");
      assertEquals(0, report.stats().submits());
      assertEquals(Set.of(reason), reasons(report), "each");
      nothingWasDone(environment, report);
    }
  }

  @TestFactory
  Stream<DynamicTest> whereNotEvenTheFirstCallIsAnsweredTheRunStops() {
    // With it the JVM asks no server for names: what is not in the file is not found.
    assertNotNull(System.getProperty("jdk.net.hosts.file"));
    return Misconfigurations.nobodyThere().map(row -> dynamicTest(row.wrong(), () -> gives(row)));
  }

  private static void gives(Row row) throws Exception {
    try (Environment environment = new Environment()) {
      ShareReport report = run(row.setup().at(environment));
      assertEquals(row.cost(), environment.requests(), row.because());
      assertEquals(Ending.STOPPED, report.ending());
      assertEquals(Kind.UNAVAILABLE, report.reason().orElseThrow().kind());
      assertTrue(
          report.stats().reads() <= 1 + ATTEMPTS * Misconfigurations.IMAGES.size(),
          "a description, and each listing at most as often as the first");
      assertEquals(0, report.stats().submits());
      assertEquals(0, report.stats().polls());
      for (Reason reason : reasons(report)) {
        assertEquals(Kind.UNAVAILABLE, reason.kind());
        says(row, environment, reason);
      }
      nothingWasDone(environment, report);
    }
  }

  private static ShareReport run(HttpBackend.Builder client) {
    RetryPolicy retry =
        RetryPolicy.defaults()
            .attempts(ATTEMPTS)
            .backoff(Duration.ofMillis(1), Duration.ofMillis(2))
            .budget(10);
    try (HttpBackend backend = client.build();
        ShareWorkflow workflow =
            ShareWorkflow.builder(backend)
                .flow(FlowPolicy.defaults().callsPerSecond(5000))
                .retry(retry)
                .seed(1)
                .build()) {
      return workflow.run(ShareRequest.share(Misconfigurations.IMAGES, PROJECTS));
    }
  }

  private static void says(Row row, Environment environment, Reason reason) {
    String message = reason.message();
    for (String words : row.words()) {
      String expected = words.replace("PORT", Integer.toString(environment.port()));
      assertTrue(message.contains(expected), () -> expected + "\n is not in \n" + message);
    }
    assertFalse(message.contains("null"), message);
  }

  private static Set<Reason> reasons(ShareReport report) {
    return report.failed().map(Outcome.Failed::reason).collect(toSet());
  }

  private static void nothingWasDone(Environment environment, ShareReport report) {
    assertEquals(PAIRS, report.counts().failed());
    assertEquals(List.of(), environment.cloud.calls());
    assertEquals(Set.of(), environment.cloud.members());
  }
}
