package io.imageshare.memory;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Journal;
import io.imageshare.Journal.Claim;
import io.imageshare.Journal.Unfinished;
import io.imageshare.RunBusyException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What every {@link Journal} must do, as numbered rules. Each takes two journals over one empty
 * store, as two processes have them, in real time.
 */
public final class JournalContract {
  /** Nobody in these rules is silent for so long. */
  private static final Duration LONG = Duration.ofHours(1);

  private static final String RUN = "nightly";
  private static final List<String> ABC = List.of("{\"a\":1}", "{\"b\":2}", "{\"c\":3}");

  private JournalContract() {}

  /** A rule. */
  public record Rule(int number, String sentence, Check check) {
    @Override
    public String toString() {
      return number + " " + sentence;
    }
  }

  /** Fails if the rule does not hold. */
  public interface Check {
    void on(Journal one, Journal other);
  }

  public static List<Rule> rules() {
    return List.of(
        new Rule(1, "what was appended is claimed, in its order", JournalContract::entries),
        new Rule(2, "entries are any text without a line feed", JournalContract::text),
        new Rule(3, "an append that is made twice counts once", JournalContract::twice),
        new Rule(4, "an append after a gap is refused", JournalContract::gap),
        new Rule(5, "a claim and a sign of life are no run", JournalContract::noRun),
        new Rule(6, "a run that is written is busy, and names its owner", JournalContract::busy),
        new Rule(7, "a run that was released is free", JournalContract::released),
        new Rule(8, "an older epoch writes nothing", JournalContract::older),
        new Rule(9, "no epoch is used again, nor is a lower one", JournalContract::epochs),
        new Rule(
            10, "a finished run leaves its report and nothing else", JournalContract::finished),
        new Rule(11, "a finish that is made twice counts once", JournalContract::finishedTwice),
        new Rule(12, "a write that comes after the end is refused", JournalContract::late),
        new Rule(13, "a report stays until the next one", JournalContract::report),
        new Rule(14, "no more unfinished runs are told than wanted", JournalContract::atMost),
        new Rule(15, "every owner hears that a run is to be cancelled", JournalContract::cancel),
        new Rule(16, "of those that claim a run at once, one gets it", JournalContract::race));
  }

  private static void entries(Journal one, Journal other) {
    Claim claim = claim(one);
    assertEquals(List.of(), claim.entries());
    append(one, claim, 0, ABC);
    append(one, claim, 3, List.of("{\"d\":4}"));
    release(one, claim);
    assertEquals(
        List.of("{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}"), claim(other).entries());
  }

  private static void text(Journal one, Journal other) {
    List<String> odd = List.of("{\"'; --\":\"\u2028\u0085\u00e4\ud83d\ude00\\u0000\"}", "{}");
    Claim claim = claim(one);
    append(one, claim, 0, odd);
    release(one, claim);
    assertEquals(odd, claim(other).entries());
  }

  private static void twice(Journal one, Journal other) {
    Claim claim = claim(one);
    append(one, claim, 0, ABC);
    append(one, claim, 0, ABC);
    append(one, claim, 3, ABC);
    append(one, claim, 0, ABC);
    append(one, claim, 6, ABC);
    release(one, claim);
    assertEquals(9, claim(other).entries().size());
  }

  private static void gap(Journal one, Journal other) {
    Claim claim = claim(one);
    assertFails(one.append(RUN, claim.epoch(), 1, ABC));
    append(one, claim, 0, ABC);
    assertFails(one.append(RUN, claim.epoch(), 4, ABC));
    append(one, claim, 3, ABC);
    release(one, claim);
    assertEquals(6, claim(other).entries().size());
  }

  private static void noRun(Journal one, Journal other) {
    Claim claim = claim(one);
    append(one, claim, 0, List.of());
    release(one, claim);
    assertEquals(List.of(), unfinished(other, 10));
    assertEquals(List.of(), claim(other).entries());
  }

  private static void busy(Journal one, Journal other) {
    Claim claim = claim(one);
    assertBusy(other.claim(RUN, LONG)); // without an entry, too
    append(one, claim, 0, ABC);
    assertEquals(List.of(), unfinished(other, 10));
    RunBusyException busy = assertBusy(other.claim(RUN, LONG));
    assertEquals(RUN, busy.run());
    assertTrue(busy.owner().contains("process " + ProcessHandle.current().pid()), busy.owner());
    assertTrue(busy.freeIn().compareTo(LONG) <= 0, () -> "free in " + busy.freeIn());
    assertTrue(!busy.freeIn().isNegative(), () -> "free in " + busy.freeIn());
    append(one, claim, 3, ABC);
  }

  private static void released(Journal one, Journal other) {
    Claim claim = claim(one);
    append(one, claim, 0, ABC);
    release(one, claim);
    List<Unfinished> free = unfinished(other, 10);
    assertEquals(List.of(RUN), free.stream().map(Unfinished::run).toList());
    assertEquals("", free.get(0).owner());
    assertEquals(ABC, claim(other).entries());
    assertEquals(List.of(), unfinished(other, 10));
  }

  private static void older(Journal one, Journal other) {
    Claim before = claim(one);
    append(one, before, 0, ABC);
    release(one, before);
    assertBusy(one.append(RUN, before.epoch(), 3, ABC));
    assertBusy(one.finish(RUN, before.epoch(), "{}"));
    Claim after = claim(other);
    assertBusy(one.append(RUN, before.epoch(), 3, ABC));
    assertBusy(one.append(RUN, before.epoch(), 3, List.of()));
    assertBusy(one.append(RUN, before.epoch(), 0, ABC));
    assertBusy(one.finish(RUN, before.epoch(), "{}"));
    release(one, before);
    append(other, after, 3, ABC);
    release(other, after);
    assertEquals(6, claim(one).entries().size());
    assertEquals(Optional.empty(), get(one.report(RUN)));
  }

  private static void epochs(Journal one, Journal other) {
    long last = Long.MIN_VALUE;
    for (int round = 0; round < 6; round++) {
      Journal journal = round % 2 == 0 ? one : other;
      Claim claim = claim(journal);
      assertTrue(claim.epoch() > last, claim.epoch() + " after " + last);
      last = claim.epoch();
      if (round % 3 != 0) {
        append(journal, claim, claim.entries().size(), ABC);
      }
      if (round == 3) {
        get(journal.finish(RUN, claim.epoch(), "{}"));
      } else {
        release(journal, claim);
      }
    }
  }

  private static void finished(Journal one, Journal other) {
    assertEquals(Optional.empty(), get(one.report(RUN)));
    String report = "{\n  \"odd\": \"'\\u0000\u2028\ud83d\ude00\"\n}\n";
    Claim claim = claim(one);
    append(one, claim, 0, ABC);
    get(one.finish(RUN, claim.epoch(), report));
    assertEquals(Optional.of(report), get(other.report(RUN)));
    assertEquals(List.of(), unfinished(other, 10));
    assertEquals(List.of(), claim(other).entries());
  }

  private static void finishedTwice(Journal one, Journal other) {
    Claim claim = claim(one);
    append(one, claim, 0, ABC);
    get(one.finish(RUN, claim.epoch(), "{\"n\":1}"));
    get(one.finish(RUN, claim.epoch(), "{\"n\":1}"));
    assertEquals(Optional.of("{\"n\":1}"), get(other.report(RUN)));
    Claim next = claim(other);
    append(other, next, 0, ABC);
    get(other.finish(RUN, next.epoch(), "{\"n\":2}"));
    one.finish(RUN, claim.epoch(), "{\"n\":1}")
        .handle((done, e) -> "")
        .toCompletableFuture()
        .join();
    assertEquals(Optional.of("{\"n\":2}"), get(other.report(RUN)));
  }

  /** An earlier try of the first append, say, that was under way for long. */
  private static void late(Journal one, Journal other) {
    Claim claim = claim(one);
    append(one, claim, 0, ABC);
    get(one.finish(RUN, claim.epoch(), "{}"));
    assertBusy(one.append(RUN, claim.epoch(), 0, ABC));
    assertBusy(one.append(RUN, claim.epoch(), 3, ABC));
    assertEquals(List.of(), unfinished(other, 10));
    assertEquals(List.of(), claim(other).entries());
  }

  private static void report(Journal one, Journal other) {
    Claim first = claim(one);
    append(one, first, 0, ABC);
    get(one.finish(RUN, first.epoch(), "{\"n\":1}"));
    Claim second = claim(other);
    append(other, second, 0, ABC);
    assertEquals(Optional.of("{\"n\":1}"), get(one.report(RUN)));
    get(other.finish(RUN, second.epoch(), "{\"n\":2}"));
    assertEquals(Optional.of("{\"n\":2}"), get(one.report(RUN)));
    assertEquals(Optional.empty(), get(one.report("another")));
  }

  private static void atMost(Journal one, Journal other) {
    for (int n = 0; n < 5; n++) {
      String run = RUN + n;
      Claim claim = get(one.claim(run, LONG));
      get(one.append(run, claim.epoch(), 0, ABC));
      get(one.release(run, claim.epoch()));
    }
    assertEquals(3, unfinished(other, 3).stream().map(Unfinished::run).distinct().count());
    assertEquals(5, unfinished(other, 10).stream().map(Unfinished::run).distinct().count());
  }

  private static void cancel(Journal one, Journal other) {
    assertEquals(false, get(other.cancel(RUN)));
    Claim claim = claim(one);
    assertEquals(false, append(one, claim, 0, ABC));
    assertEquals(true, get(other.cancel(RUN)));
    assertEquals(true, append(one, claim, 3, ABC));
    assertEquals(true, append(one, claim, 6, List.of()));
    release(one, claim);
    Claim next = claim(other);
    assertEquals(true, append(other, next, 6, ABC));
    get(other.finish(RUN, next.epoch(), "{}"));
    assertEquals(false, get(one.cancel(RUN)));
    assertEquals(false, append(one, claim(one), 0, ABC));
  }

  private static void race(Journal one, Journal other) {
    for (int round = 0; round < 5; round++) {
      String run = RUN + round;
      List<CompletionStage<Claim>> claims =
          IntStream.range(0, 6).mapToObj(n -> (n % 2 == 0 ? one : other).claim(run, LONG)).toList();
      assertEquals(1, claims.stream().flatMap(JournalContract::won).count());
    }
  }

  private static Stream<Claim> won(CompletionStage<Claim> claim) {
    try {
      return Stream.of(get(claim));
    } catch (CompletionException e) {
      assertInstanceOf(RunBusyException.class, e.getCause(), e::toString);
      return Stream.empty();
    }
  }

  private static Claim claim(Journal journal) {
    return get(journal.claim(RUN, LONG));
  }

  private static boolean append(Journal journal, Claim claim, long first, List<String> entries) {
    return get(journal.append(RUN, claim.epoch(), first, entries));
  }

  private static void release(Journal journal, Claim claim) {
    get(journal.release(RUN, claim.epoch()));
  }

  private static List<Unfinished> unfinished(Journal journal, int atMost) {
    return get(journal.unfinished(LONG, atMost));
  }

  private static <T extends @Nullable Object> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static Throwable assertFails(CompletionStage<?> stage) {
    return requireNonNull(assertThrows(CompletionException.class, () -> get(stage)).getCause());
  }

  private static RunBusyException assertBusy(CompletionStage<?> stage) {
    return assertInstanceOf(RunBusyException.class, assertFails(stage));
  }
}
