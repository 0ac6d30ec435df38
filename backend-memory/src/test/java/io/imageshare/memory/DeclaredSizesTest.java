package io.imageshare.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.imageshare.Journal;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes that a request or a journal declares, far beyond the heap of the tests. */
class DeclaredSizesTest {
  private final Timekeeper time = Timekeeper.virtual();
  private final MemoryBackend cloud = MemoryBackend.builder().time(time).anyImage().build();

  private static List<String> ids(String prefix, int size) {
    return IntStream.range(0, size).mapToObj(i -> prefix + i).toList();
  }

  @Test
  void aRequestOfTooManyPairsIsRefusedBeforeItBegins() {
    ShareRequest request = ShareRequest.share(ids("i", 100_000), ids("p", 100_000));
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      assertEquals(
          "100000 images by 100000 recipients, 10000000000 pairs; one run has at most 100000000,"
              + " so ask for fewer in each",
          assertThrows(IllegalArgumentException.class, () -> workflow.start(request)).getMessage());
    }
    assertEquals(List.of(), cloud.calls());
  }

  /** Requests that are few pairs each: the table of a run has every image by every recipient. */
  @Test
  void requestsThatHaveTooManyPairsTogetherAreRefused() {
    List<ShareRequest> requests =
        IntStream.range(0, 20_000)
            .mapToObj(i -> ShareRequest.share(List.of("i" + i), List.of("p" + i)))
            .toList();
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      assertThrows(IllegalArgumentException.class, () -> workflow.run(requests));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0-1999999999 | 0   | slice 7: images: 2000000000 of 2",
        "0,0,0        | 0   | slice 7: images: 3 of 2",
        "0            | 0-3 | slice 7: recipients: 4 of 3",
        "1            | 3   | slice 7: recipients: index 3 of 3",
      })
  void aSliceOfAJournalBeyondItsRequestIsRefused(
      String images, String recipients, String message, @TempDir Path path)
      throws InterruptedException {
    Journal journal = Journal.directory(path);
    ShareWorkflow first = ShareWorkflow.builder(cloud).journal(journal).build();
    ShareRequest request = ShareRequest.share(ids("i", 2), ids("p", 3));
    ShareRun run = first.start("nightly", request);
    time.sleep(Duration.ofSeconds(1));
    first.close();
    Journal.Claim claim =
        journal.claim(run.id(), Duration.ofMinutes(1)).toCompletableFuture().join();
    String intent =
        "\"kind\":\"Intent\",\"flight\":7,\"at\":\"2026-01-01T00:00:00Z\","
            + "\"images\":\"%s\",\"recipients\":\"%s\"}".formatted(images, recipients);
    CRC32 sum = new CRC32();
    sum.update(intent.getBytes(UTF_8));
    journal
        .append(
            run.id(),
            claim.epoch(),
            claim.entries().size(),
            List.of("{\"sum\":\"%08x\",%s".formatted(sum.getValue(), intent)))
        .toCompletableFuture()
        .join();
    journal.release(run.id(), claim.epoch()).toCompletableFuture().join();
    try (ShareWorkflow second = ShareWorkflow.builder(cloud).journal(journal).build()) {
      assertEquals(
          "journal: " + message,
          assertThrows(IllegalStateException.class, () -> second.start("nightly", request))
              .getMessage());
    }
  }
}
