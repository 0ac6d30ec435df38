package io.imageshare.internal.flow;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.EnumMultiset;
import com.google.common.collect.ImmutableMultiset;
import com.google.common.collect.Multiset;
import io.imageshare.internal.flow.Call.Kind;
import io.imageshare.internal.flow.FleetState.Answered;
import io.imageshare.internal.flow.FleetState.Grant;
import io.imageshare.internal.flow.FleetState.Turn;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What processes share, turn by turn. */
class FleetStateTest {
  private static final long SECOND = 1_000_000_000;
  private static final double TEN_A_SECOND = 10e-9;
  private static final int JOBS = 5;
  private static final List<Kind> KINDS = List.of(Kind.values());

  private String text = "";
  private long now;
  private long turns;

  private FleetState read() {
    return FleetState.read(text, TEN_A_SECOND, JOBS, now);
  }

  private Grant turn(String process, int waiting, int open, List<Answered> answered) {
    return turn(process, Kind.SUBMIT, waiting, open, List.of(), List.of(), answered);
  }

  private Grant turn(
      String process,
      Kind kind,
      int count,
      int open,
      List<Long> kept,
      List<Long> returned,
      List<Answered> answered) {
    FleetState state = read();
    Multiset<Kind> waiting = EnumMultiset.create(Kind.class);
    waiting.setCount(kind, count);
    Multiset<Kind> started = ImmutableMultiset.of();
    Turn turn = new Turn(process, ++turns, answered, kept, returned, now, waiting, started, open);
    Grant grant = state.take(turn);
    text = state.text();
    assertEquals(turns, read().number(process));
    return grant;
  }

  private List<Long> reads(String process, int waiting, List<Long> kept, List<Long> returned) {
    return slots(turn(process, Kind.READ, waiting, 0, kept, returned, List.of()));
  }

  private static List<Long> slots(Grant grant) {
    return List.copyOf(requireNonNull(grant.slots().get(Kind.SUBMIT)).times());
  }

  /** The shared limits are those of one process that saw the same, whatever it saw. */
  @Test
  void limitsThatAreWrittenAndReadDecideAsBefore() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      RateLimits kept = new RateLimits(TEN_A_SECOND, true, now);
      FleetState written = FleetState.read("", TEN_A_SECOND, JOBS, now);
      long at = now;
      for (int n = 0; n < 200; n++) {
        at += 1_000 * random.nextLong(random.nextInt(8) == 0 ? 30_000_000 : 300_000);
        Kind kind = KINDS.get(random.nextInt(3));
        long wait = random.nextInt(4) == 0 ? SECOND * random.nextInt(9) : 0;
        boolean refused = kind == Kind.SUBMIT ? random.nextInt(3) > 0 : random.nextInt(9) == 0;
        for (RateLimits limits : List.of(kept, written.rates())) {
          limits.of(kind).callStarted(at);
          if (refused) {
            limits.refused(kind, at, at, wait);
          } else {
            limits.accepted(kind, at);
          }
        }
        written = FleetState.read(written.text(), TEN_A_SECOND, JOBS, at);
        for (Kind each : KINDS) {
          RateEstimator one = kept.of(each);
          RateEstimator other = written.rates().of(each);
          String what = "seed " + seed + ", call " + n;
          assertEquals(kept.first(each), written.rates().first(each), what);
          assertEquals(one.isLimited(), other.isLimited(), what);
          assertEquals(one.rate(), other.rate(), what);
          assertEquals(one.earliest(), other.earliest(), what);
          assertEquals(kept.asked(each), written.rates().asked(each), what);
        }
      }
    }
  }

  @Test
  void slotsAreFarEnoughApartWhoeverTakesThem() {
    TreeSet<Long> all = new TreeSet<>();
    for (String process : List.of("a", "b", "c")) {
      List<Long> slots = reads(process, 100, List.of(), List.of());
      assertTrue(slots.size() >= 7, slots.size() + " slots");
      assertTrue(all.addAll(slots));
    }
    long before = now - SECOND;
    for (long slot : all) {
      assertTrue(slot - before >= SECOND / 10, slot + " after " + before);
      before = slot;
    }
  }

  @Test
  void whatOneGivesBackTheNextTakes() {
    List<Long> slots = reads("a", 4, List.of(), List.of());
    assertEquals(4, slots.size());
    reads("a", 0, slots.subList(0, 1), slots.subList(1, 4));
    assertEquals(slots.subList(1, 4), reads("b", 3, List.of(), List.of()));
  }

  @Test
  void whoWaitsGetsASlotHoweverManyTookTheirsBefore() {
    for (int n = 0; n < 50; n++) {
      assertFalse(reads("process-" + n, 1, List.of(), List.of()).isEmpty());
    }
  }

  @Test
  void aWaitThatTheServiceAsksForTakesSlotsFromItsKindAlone() {
    List<Answered> refused = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      refused.add(new Answered(Kind.READ, now + n, true, now + n, 60 * SECOND));
    }
    now += SECOND;
    assertEquals(List.of(), slots(turn("a", Kind.READ, 9, 0, List.of(), List.of(), refused)));
    now += SECOND;
    assertEquals(1, slots(turn("b", 1, 0, List.of())).size(), "a probe of another kind");
    now += 60 * SECOND;
    assertEquals(1, reads("a", 9, List.of(), List.of()).size(), "when the wait is over");
  }

  @Test
  void aProcessThatIsSilentForAMinuteIsForgotten() {
    assertEquals(JOBS, turn("dead", 9, 0, List.of()).jobs());
    now += 59 * SECOND;
    assertEquals(0, turn("b", 9, 0, List.of()).jobs());
    assertEquals(2, read().processes());
    now += 2 * SECOND;
    assertEquals(JOBS, turn("b", 9, 0, List.of()).jobs());
    assertEquals(1, read().processes());
  }

  /** Processes that always want more, each with jobs that end at random. */
  @Test
  void jobsAreSharedEvenly() {
    for (int seed = 0; seed < 100; seed++) {
      text = "";
      Random random = new Random(seed);
      int processes = 2 + random.nextInt(8);
      int[] open = new int[processes];
      int[] may = new int[processes];
      boolean[] yields = new boolean[processes];
      int[] begun = new int[processes];
      for (int n = 0; n < 4000; n++) {
        now += SECOND / 10;
        int who = random.nextInt(processes);
        if (open[who] > 0 && random.nextInt(4) == 0) {
          open[who]--;
          may[who] = yields[who] ? Math.min(may[who], open[who]) : may[who];
        }
        if (n % 3 == 0) {
          Grant grant = turn("process-" + who, 9, open[who], List.of());
          may[who] = grant.jobs();
          yields[who] = grant.yields();
        }
        begun[who] += Math.max(0, may[who] - open[who]);
        open[who] = Math.max(open[who], may[who]);
        int all = 0;
        for (int jobs : open) {
          all += jobs;
        }
        assertTrue(all <= JOBS, "seed " + seed + ": " + all + " jobs");
      }
      int[] sorted = begun.clone();
      Arrays.sort(sorted);
      assertTrue(
          sorted[0] > .6 * sorted[processes - 1], "seed " + seed + ": " + Arrays.toString(begun));
    }
  }

  @Test
  void aTextOfAnotherReleaseIsRefusedByName() {
    text = "pace/9 1 2 3";
    String why = assertThrows(IllegalArgumentException.class, this::read).getMessage();
    assertTrue(String.valueOf(why).contains("\"pace/9\", not with \"pace/2\""), why);
  }

  @Test
  void aTextThatLacksSomethingIsRefusedByItsName() {
    text = "pace/2 {}";
    String why = assertThrows(UncheckedIOException.class, this::read).getMessage();
    assertTrue(String.valueOf(why).contains("'epoch'"), why);
  }
}
