package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private enum State {
    OPEN,
    ASKED,
    LATER,
    SETTLED
  }

  private static final Reason REASON = new Reason(Reason.Kind.QUOTA, "IMG.0088", "full");

  private static ShareRequest request(int image, int images, int project, int projects) {
    return ShareRequest.share(
        IntStream.range(image, image + images).mapToObj(i -> "i" + i).toList(),
        IntStream.range(project, project + projects).mapToObj(p -> "p" + p).toList());
  }

  @Test
  void countsEachPairOnceHoweverRequestsOverlap() {
    Ledger ledger = new Ledger(List.of(request(0, 3, 0, 3), request(2, 3, 2, 3)));
    assertEquals(9 + 9 - 1, ledger.total());
    assertEquals(5, ledger.images());
    assertEquals(5, ledger.recipients());
    assertEquals(3, ledger.open(0).cardinality());
    assertEquals(5, ledger.open(2).cardinality());
  }

  @Test
  void agreesWithASlowTableUnderRandomMoves() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Ledger ledger = new Ledger(List.of(request(0, 4, 0, 5)));
      Map<List<Integer>, State> table = new HashMap<>();
      IntStream.range(0, 20).forEach(n -> table.put(List.of(n / 5, n % 5), State.OPEN));
      for (int step = 0; step < 200; step++) {
        move(ledger, table, random);
        check(ledger, table);
      }
    }
  }

  private static void move(Ledger ledger, Map<List<Integer>, State> table, Random random) {
    int image = random.nextInt(4);
    int recipient = random.nextInt(5);
    List<Integer> pair = List.of(image, recipient);
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> {
        ledger.ask(image, recipient);
        table.computeIfPresent(pair, (p, s) -> s == State.OPEN ? State.ASKED : s);
      }
      case 3, 4 -> {
        ledger.reopen(image, recipient);
        table.computeIfPresent(pair, (p, s) -> s == State.ASKED ? State.OPEN : s);
      }
      case 5, 6 -> {
        ledger.later(image, recipient);
        table.computeIfPresent(pair, (p, s) -> s == State.ASKED ? State.LATER : s);
      }
      case 7, 8 -> ledger.touch(image, recipient);
      case 9 -> {
        ledger.nextRound();
        table.replaceAll((p, s) -> s == State.LATER ? State.OPEN : s);
      }
      case 10 -> {
        ledger.settle(image, recipient, new Verdict.Failed(REASON));
        table.put(pair, State.SETTLED);
      }
      default -> {}
    }
  }

  private static void check(Ledger ledger, Map<List<Integer>, State> table) {
    for (int i = 0; i < 4; i++) {
      for (int r = 0; r < 5; r++) {
        State state = table.get(List.of(i, r));
        assertEquals(state == State.OPEN, ledger.isOpen(i, r));
        assertEquals(state == State.ASKED, ledger.isAsked(i, r));
        assertEquals(state != State.SETTLED, ledger.isPending(i, r));
      }
      int image = i;
      long open = count(table, State.OPEN, image);
      assertEquals(open, ledger.open(i).cardinality());
      assertEquals(open > 0, ledger.hasOpen(i));
      assertEquals(count(table, State.ASKED, image) > 0, ledger.hasAsked(i));
    }
    assertEquals(table.containsValue(State.OPEN), ledger.hasOpen());
    assertEquals(table.containsValue(State.ASKED), ledger.hasAsked());
    assertEquals(table.values().stream().filter(s -> s == State.SETTLED).count(), ledger.failed());
  }

  private static long count(Map<List<Integer>, State> table, State state, int image) {
    return table.entrySet().stream()
        .filter(e -> e.getKey().get(0) == image && e.getValue() == state)
        .count();
  }

  @Test
  void aTouchStaysUntilThePairIsSettled() {
    Ledger ledger = new Ledger(List.of(request(0, 1, 0, 1)));
    ledger.ask(0, 0);
    ledger.touch(0, 0);
    ledger.touch(0, 0);
    ledger.later(0, 0);
    ledger.nextRound();
    assertTrue(ledger.isTouched(0, 0));
    assertTrue(ledger.isOpen(0, 0));
  }

  @Test
  void moreReasonsThanFitAreTakenTogetherAndNoCountIsLost() {
    Ledger ledger = new Ledger(List.of(request(0, 300, 0, 300)));
    for (int n = 0; n < 90_000; n++) {
      ledger.settle(
          n / 300, n % 300, new Verdict.Failed(new Reason(Reason.Kind.INVALID, "", "r" + n)));
    }
    assertEquals(90_000, ledger.failed());
    Member last = new Member("i299", Recipient.project("p299"));
    assertTrue(ledger.outcome(last).toString().contains("too many different reasons"));
    assertTrue(ledger.outcome(new Member("i0", Recipient.project("p7"))).toString().contains("r7"));
  }
}
