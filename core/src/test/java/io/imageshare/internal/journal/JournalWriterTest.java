package io.imageshare.internal.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.mockito.Mockito.mock;

import io.imageshare.Journal;
import io.imageshare.Reason;
import io.imageshare.RunBusyException;
import io.imageshare.Timekeeper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class JournalWriterTest {
  private static final Duration SILENCE = Duration.ofMinutes(1);

  private final Timekeeper time = Timekeeper.virtual();
  private final List<String> happened = new ArrayList<>();
  private final CompletableFuture<Boolean> append = new CompletableFuture<>();
  private final JournalWriter writer =
      new JournalWriter(journal(), time, SILENCE, "run", null, new EndsAtOnce());

  /** Notes each call; claims succeed, and an append does what the test says. */
  private Journal journal() {
    return mock(
        Journal.class,
        call -> {
          happened.add(call.getMethod().getName());
          return switch (call.getMethod().getName()) {
            case "claim" -> CompletableFuture.completedFuture(new Journal.Claim(1, List.of()));
            case "append" -> append;
            default -> CompletableFuture.completedFuture(null);
          };
        });
  }

  /** A run that has nothing under way. */
  private final class EndsAtOnce implements JournalWriter.Listener {
    @Override
    public void failed(Reason reason) {
      end("failed");
    }

    @Override
    public void lost(Reason reason) {
      end("lost");
    }

    @Override
    public void cancelled() {
      if (!happened.contains("cancelled")) {
        writer.note(new JournalEntry.Cancelled(Instant.EPOCH));
        end("cancelled");
      }
    }

    private void end(String why) {
      happened.add(why);
      writer.end(() -> "{}", () -> happened.add("ended"));
    }
  }

  private void failsWhileAnotherWriteWaits(Exception failure) throws InterruptedException {
    writer.signOfLife(() -> {});
    time.sleep(Duration.ofMillis(1));
    writer.signOfLife(() -> {});
    append.completeExceptionally(failure);
    time.sleep(SILENCE.multipliedBy(2));
    assertFalse(writer.mayWrite());
  }

  @Test
  void whatWaitedForTheWriteThatTellsOfACancellationGoesOn() throws InterruptedException {
    writer.signOfLife(() -> happened.add("safe"));
    time.sleep(Duration.ofMillis(1));
    append.complete(true);
    time.sleep(Duration.ofMillis(1));
    assertEquals(
        List.of("claim", "append", "cancelled", "safe", "append", "finish", "ended"), happened);
  }

  @Test
  void aRunThatIsLostIsNotClaimedAgainForWhatStillWaits() throws InterruptedException {
    failsWhileAnotherWriteWaits(new RunBusyException("run", "another", Duration.ZERO));
    assertEquals(List.of("claim", "append", "lost", "ended"), happened);
  }

  @Test
  void aJournalThatFailedIsNotAskedForWhatStillWaits() throws InterruptedException {
    failsWhileAnotherWriteWaits(new IOException("the disk is full"));
    assertEquals(
        List.of("failed", "release", "ended"),
        happened.subList(happened.indexOf("failed"), happened.size()));
  }
}
