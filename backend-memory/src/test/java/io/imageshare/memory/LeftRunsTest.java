package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Journal;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Runs that cannot be resumed, among others that can. */
class LeftRunsTest {
  private static final ShareRequest REQUEST =
      ShareRequest.share(ids("image-", 4), ids("project-", 3));

  private final Timekeeper time = Timekeeper.virtual();
  private final SharedJournal journal = new SharedJournal(time).withoutLocks();
  private final MemoryBackend cloud = cloud("this-owner");

  private MemoryBackend cloud(String owner) {
    return Samples.cloud(time, 4).owner(owner).jobsTake(ofSeconds(30)).build();
  }

  /** Begins runs, and is cut off for good. */
  private void begin(MemoryBackend cloud, String... runs) throws InterruptedException {
    KillSwitch life = new KillSwitch(Long.MAX_VALUE / 2);
    ShareWorkflow dead = ShareWorkflow.builder(cloud).journal(journal.seenBy("dead", life)).build();
    for (String run : runs) {
      dead.start(run, REQUEST);
    }
    time.sleep(ofSeconds(1));
    life.kill();
    time.sleep(ofSeconds(70));
  }

  /** The first entry of a run as another release would have written it. */
  private void write(String run, String entry, boolean damaged) throws InterruptedException {
    Journal seen = journal.seenBy("other", KillSwitch.never());
    long epoch = time.await(seen.claim(run, ofSeconds(60))).epoch();
    CRC32 sum = new CRC32();
    String rest = entry.substring("{\"sum\":\"00000000\",".length());
    sum.update(rest.getBytes(UTF_8));
    String head = "{\"sum\":\"%08x\",".formatted(sum.getValue() + (damaged ? 1 : 0));
    time.await(seen.append(run, epoch, 0, List.of(head + rest)));
    journal.abandon(run);
  }

  /** Prints which runs are resumed, in a process that logs warnings. */
  private void resumeTwice() throws InterruptedException {
    begin(cloud, "d-good", "e-good");
    begin(cloud("another-owner"), "c-foreign");
    String entry = journal.lines("d-good").get(0);
    write("a-damaged", entry, true);
    write("b-newer", entry.replace("\"version\":3", "\"version\":4"), false);
    write("b-older", entry.replace("\"version\":3", "\"version\":2"), false);
    ShareWorkflow.Builder own =
        ShareWorkflow.builder(cloud).journal(journal.seenBy("second", KillSwitch.never()));
    try (ShareWorkflow workflow = own.build()) {
      System.out.println(workflow.resume().stream().map(ShareRun::id).toList());
      System.out.println(workflow.resume().stream().map(ShareRun::id).toList());
    }
  }

  public static void main(String[] args) throws InterruptedException {
    new LeftRunsTest().resumeTwice();
  }

  @Test
  void whatCannotBeResumedIsToldOnceAndTheRestGoesOn() throws Exception {
    List<String> said =
        ChildJvm.run(LeftRunsTest.class, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
            .lines()
            .toList();
    List<String> warnings =
        said.stream().filter(line -> line.contains(" is not resumed: ")).toList();
    assertEquals(4, warnings.size(), said::toString);
    for (String warning :
        List.of(
            "run a-damaged is not resumed: .*line 1.*damaged: it does not match its checksum.*",
            "run b-newer is not resumed: .*version 4 of the journal; this release reads up to 3: .*",
            "run b-older is not resumed: .*version 2 of the journal, which no release wrote.*",
            "run c-foreign is not resumed: .* is of memory another-owner, .*")) {
      assertTrue(
          warnings.stream().anyMatch(line -> line.matches(".* WARN .*" + warning)),
          () -> warning + " is not in " + warnings);
    }
    List<String> resumed = said.stream().filter(line -> line.matches("\\[[a-z, -]*]")).toList();
    assertEquals(List.of("[d-good, e-good]", "[]"), resumed);
  }

  /** A quarter of a minute, after which the claim is given back as soon as it is there. */
  @Test
  void aRunWhoseClaimIsNotAnsweredCostsTheOthersSoLong() throws InterruptedException {
    begin(cloud, "a-slow", "b-good");
    List<CompletableFuture<Journal.Claim>> late = new ArrayList<>();
    Journal slow =
        new ForwardingJournal(journal.seenBy("second", KillSwitch.never())) {
          @Override
          public CompletionStage<Claim> claim(String run, Duration silent) {
            CompletionStage<Claim> claimed = super.claim(run, silent);
            if (!run.equals("a-slow")) {
              return claimed;
            }
            late.add(new CompletableFuture<>());
            return claimed.thenCompose(claim -> late.get(0));
          }
        };
    try (ShareWorkflow workflow = ShareWorkflow.builder(cloud).journal(slow).build()) {
      Instant begun = time.now();
      List<ShareRun> resumed = workflow.resume();
      assertEquals(List.of("b-good"), resumed.stream().map(ShareRun::id).toList());
      assertEquals(ofSeconds(15), Duration.between(begun, time.now()));
      assertEquals("second", journal.owner("a-slow"));
      late.get(0).complete(new Journal.Claim(journal.epoch("a-slow"), journal.lines("a-slow")));
      assertTrue(resumed.get(0).report().join().allDone());
      assertEquals("", journal.owner("a-slow"));
    }
  }
}
