package io.imageshare.internal.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Ascii;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairTableTest {
  private enum State {
    OPEN,
    UNDER_WAY,
    UNAUDITED,
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
    PairTable table = new PairTable(List.of(request(0, 3, 0, 3), request(2, 3, 2, 3)));
    assertEquals(9 + 9 - 1, table.total());
    assertEquals(5, table.images());
    assertEquals(5, table.recipients());
    assertEquals(3, table.open(0).cardinality());
    assertEquals(5, table.open(2).cardinality());
  }

  private static Member member(String image, String project) {
    return new Member(image, Recipient.project(project));
  }

  @Test
  void countsEachPairOnceHoweverItsIdsAreSpelled() {
    String image = "3f1c9a52-7d0e-4c55-9b1e-2a6f0d8c4e11";
    String project = "0123456789abcdef0123456789abcdef";
    String other = Ascii.toUpperCase(image);
    String noDashes = image.replace("-", "");
    ShareRequest request =
        ShareRequest.share(List.of(image, other), List.of(project, Ascii.toUpperCase(project)));
    PairTable table =
        new PairTable(List.of(request, ShareRequest.share(List.of(noDashes), List.of(project))));
    assertEquals(1, table.total());
    assertEquals(List.of(image), table.imageIds());
    Outcome.Done done = new Outcome.Done(member(image, project), false, MemberStatus.UNKNOWN);
    table.add(0, 0, Verdict.of(done));
    Member asked = member(noDashes, Ascii.toUpperCase(project));
    assertEquals(done, table.outcome(asked).orElseThrow());
  }

  @Test
  void agreesWithASlowTableUnderRandomMoves() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      PairTable table = new PairTable(List.of(request(0, 4, 0, 5)));
      Map<List<Integer>, State> oracle = new HashMap<>();
      IntStream.range(0, 20).forEach(n -> oracle.put(List.of(n / 5, n % 5), State.OPEN));
      for (int step = 0; step < 200; step++) {
        move(table, oracle, random);
        check(table, oracle);
      }
    }
  }

  private static void move(PairTable table, Map<List<Integer>, State> oracle, Random random) {
    int image = random.nextInt(4);
    int recipient = random.nextInt(5);
    List<Integer> pair = List.of(image, recipient);
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> {
        table.ask(image, recipient);
        oracle.computeIfPresent(pair, (p, s) -> s == State.OPEN ? State.UNDER_WAY : s);
      }
      case 3, 4 -> {
        table.reopen(image, recipient);
        oracle.computeIfPresent(pair, (p, s) -> s == State.UNDER_WAY ? State.OPEN : s);
      }
      case 5, 6 -> {
        table.awaitAudit(image, recipient);
        oracle.computeIfPresent(pair, (p, s) -> s == State.UNDER_WAY ? State.UNAUDITED : s);
      }
      case 7, 8 -> table.touch(image, recipient);
      case 9 -> {
        table.askAgain(image, recipient);
        oracle.computeIfPresent(pair, (p, s) -> s == State.SETTLED ? s : State.OPEN);
      }
      case 10 -> {
        table.settle(image, recipient, new Verdict.Failed(REASON));
        oracle.put(pair, State.SETTLED);
      }
      default -> {}
    }
  }

  private static void check(PairTable table, Map<List<Integer>, State> oracle) {
    for (int i = 0; i < 4; i++) {
      for (int r = 0; r < 5; r++) {
        State state = oracle.get(List.of(i, r));
        assertEquals(state == State.OPEN, table.isOpen(i, r));
        assertEquals(state == State.UNDER_WAY, table.isUnderWay(i, r));
        assertEquals(state == State.UNAUDITED, table.isUnaudited(i, r));
        assertEquals(state != State.SETTLED, table.isPending(i, r));
      }
      int image = i;
      long open = count(oracle, State.OPEN, image);
      assertEquals(open, table.open(i).cardinality());
      assertEquals(open > 0, table.hasOpen(i));
      assertEquals(count(oracle, State.UNDER_WAY, image) > 0, table.hasUnderWay(i));
      assertEquals(count(oracle, State.UNAUDITED, image) > 0, table.hasUnaudited(i));
    }
    assertEquals(oracle.containsValue(State.OPEN), table.hasOpen());
    assertEquals(oracle.values().stream().filter(s -> s == State.SETTLED).count(), table.failed());
  }

  private static long count(Map<List<Integer>, State> oracle, State state, int image) {
    return oracle.entrySet().stream()
        .filter(e -> e.getKey().get(0) == image && e.getValue() == state)
        .count();
  }

  @Test
  void touchAndAsksStayUntilThePairIsSettled() {
    PairTable table = new PairTable(List.of(request(0, 1, 0, 1)));
    for (int asks = 0; asks < PairTable.ASKS; asks++) {
      assertEquals(asks, table.asks(0, 0));
      table.ask(0, 0);
      table.touch(0, 0);
      table.touch(0, 0);
      table.awaitAudit(0, 0);
      assertEquals(asks, table.asks(0, 0));
      table.askAgain(0, 0);
      assertTrue(table.isTouched(0, 0));
      assertTrue(table.isOpen(0, 0));
    }
    assertEquals(PairTable.ASKS, table.asks(0, 0));
    table.settle(0, 0, new Verdict.Failed(REASON));
    assertEquals(1, table.failed());
  }

  @Test
  void whereRecipientsDecideTheirListingsAreCounted() {
    PairTable table =
        new PairTable(List.of(ShareRequest.accept(List.of("i0", "i1"), List.of("p0", "p1", "p2"))));
    table.ask(1, 2);
    assertTrue(table.hasUnderWay(2));
    assertTrue(table.hasOpen(2));
    table.ask(0, 2);
    assertEquals(false, table.hasOpen(2));
    assertEquals(2, table.open(0).cardinality());
  }

  @Test
  void moreReasonsThanFitAreTakenTogetherAndNoCountIsLost() {
    PairTable table = new PairTable(List.of(request(0, 300, 0, 300)));
    for (int n = 0; n < 90_000; n++) {
      table.settle(
          n / 300, n % 300, new Verdict.Failed(new Reason(Reason.Kind.INVALID, "", "r" + n)));
    }
    assertEquals(90_000, table.failed());
    Member last = new Member("i299", Recipient.project("p299"));
    assertTrue(table.outcome(last).toString().contains("too many different reasons"));
    assertTrue(table.outcome(new Member("i0", Recipient.project("p7"))).toString().contains("r7"));
  }
}
