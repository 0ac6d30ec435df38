package io.imageshare.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.internal.run.BadIdSearch.Step;
import io.imageshare.internal.table.Evidence;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BadIdSearchTest {

  /** Refuses what holds a bad id, and records what the search asked for and found. */
  private static final class Service {
    final Set<Integer> badImages = new HashSet<>();
    final Set<Integer> badRecipients = new HashSet<>();
    final Evidence evidence = new Evidence();
    final List<String> found = new ArrayList<>();
    boolean namesSide;
    Kind sideless = Kind.INVALID;
    int mostImages = Integer.MAX_VALUE;
    int mostRecipients = Integer.MAX_VALUE;
    int calls;

    @Nullable Kind refusal(Slice slice) {
      boolean image = slice.images().stream().anyMatch(badImages::contains);
      boolean recipient = slice.recipients().stream().anyMatch(badRecipients::contains);
      if (slice.images().size() > mostImages || slice.recipients().size() > mostRecipients) {
        return Kind.INVALID;
      } else if (!image && !recipient) {
        return null;
      }
      return !namesSide ? sideless : image ? Kind.INVALID_IMAGE : Kind.INVALID_RECIPIENT;
    }

    void search(Slice refused) {
      Kind kind = refusal(refused);
      BadIdSearch search =
          new BadIdSearch(
              refused, new Reason(kind == null ? Kind.INVALID : kind, "", ""), evidence);
      calls = 0;
      int before = found.size();
      while (found.size() == before) {
        take(search, search.next());
        assertTrue(calls < 100, "the search does not end");
      }
    }

    private void take(BadIdSearch search, Step step) {
      if (step instanceof Step.Ask ask) {
        answer(search, ask.part());
      } else if (step instanceof Step.Bad bad) {
        Set<Integer> ids = bad.side() == Side.IMAGES ? badImages : badRecipients;
        assertTrue(ids.contains(bad.id()), "found a good id bad");
        found.add(bad.side() + " " + bad.id());
      } else if (step instanceof Step.BadPair pair) {
        assertTrue(
            calls == 0
                || badImages.contains(pair.image())
                || badRecipients.contains(pair.recipient()));
        found.add("pair");
      } else if (step instanceof Step.TooMany many) {
        assertTrue(many.count() > (many.side() == Side.IMAGES ? mostImages : mostRecipients));
        found.add("too many " + many.side());
      } else {
        found.add("nothing");
      }
    }

    private void answer(BadIdSearch search, Slice part) {
      calls++;
      Kind kind = refusal(part);
      if (kind == null) {
        evidence.accepted(part);
        search.cleared();
      } else {
        search.refused(new Reason(kind, "", ""));
      }
    }
  }

  private static Slice slice(int images, int recipients) {
    return new Slice(
        IntStream.range(0, images).boxed().toList(),
        IntStream.range(0, recipients).boxed().toList());
  }

  @Test
  void oneBadIdOfANamedSideCostsAboutLog2OfThatSide() {
    for (int size = 1; size <= 64; size++) {
      for (int bad = 0; bad < size; bad++) {
        Service service = new Service();
        service.namesSide = true;
        service.badImages.add(bad);
        service.search(slice(size, 20));
        assertEquals(List.of("IMAGES " + bad), service.found);
        int log = 32 - Integer.numberOfLeadingZeros(size - 1);
        assertTrue(service.calls <= log + 1, size + ": " + service.calls);
      }
    }
  }

  @Test
  void aRefusalOfWhatIsAllProvenGoodDoubtsBothSidesAndBlamesThePairAlone() {
    for (boolean image : new boolean[] {true, false}) {
      Service service = new Service();
      service.evidence.accepted(slice(5, 4));
      (image ? service.badImages : service.badRecipients).add(3);
      service.search(slice(5, 4));
      assertEquals(List.of("pair"), service.found);
    }
  }

  @Test
  void goodIdsStayInEveryPartAndAreNotHalved() {
    Service service = new Service();
    service.namesSide = true;
    service.badRecipients.add(99);
    service.evidence.accepted(new Slice(List.of(0), IntStream.range(0, 98).boxed().toList()));
    service.search(slice(10, 100));
    assertEquals(List.of("RECIPIENTS 99"), service.found);
    assertTrue(service.calls <= 2, "two suspects take two calls, not " + service.calls);
  }

  @Test
  void oneBadIdOfAnUnknownSideCostsAboutLog2OfBothSides() {
    Random random = new Random(1);
    for (int n = 0; n < 2000; n++) {
      Service service = new Service();
      int images = 2 + random.nextInt(49);
      int recipients = 2 + random.nextInt(30);
      boolean image = random.nextBoolean();
      (image ? service.badImages : service.badRecipients)
          .add(random.nextInt(image ? images : recipients));
      service.search(slice(images, recipients));
      int logs =
          64
              - Integer.numberOfLeadingZeros(images - 1)
              - Integer.numberOfLeadingZeros(recipients - 1);
      assertTrue(service.calls <= logs + 3, images + " x " + recipients + ": " + service.calls);
      assertTrue(service.found.get(0).startsWith(image ? "IMAGES" : "RECIPIENTS"));
    }
  }

  @Test
  void neverFindsAGoodIdBadWhateverIsBadAndKnown() {
    Random random = new Random(2);
    for (int n = 0; n < 5000; n++) {
      Service service = new Service();
      service.namesSide = random.nextBoolean();
      Slice all = slice(1 + random.nextInt(12), 1 + random.nextInt(12));
      double rate = random.nextDouble() * 0.4;
      all.images().stream().filter(i -> random.nextDouble() < rate).forEach(service.badImages::add);
      all.recipients().stream()
          .filter(r -> random.nextDouble() < rate)
          .forEach(service.badRecipients::add);
      Slice known =
          new Slice(
              all.images().stream()
                  .filter(i -> random.nextBoolean() && !service.badImages.contains(i))
                  .toList(),
              all.recipients().stream()
                  .filter(r -> random.nextBoolean() && !service.badRecipients.contains(r))
                  .toList());
      service.evidence.accepted(known);
      if (service.refusal(all) != null) {
        service.search(all);
      }
    }
  }

  @Test
  void noIdIsBadWhereTheServiceTakesFewer() {
    for (int most : new int[] {1, 2, 3, 10, 19}) {
      Service images = new Service();
      images.mostImages = most;
      images.evidence.accepted(slice(20, 1).with(Side.IMAGES, List.of(0)));
      IntStream.range(0, 20).forEach(i -> images.evidence.listed(Side.IMAGES, i));
      images.search(slice(20, 50));
      assertEquals(List.of("too many IMAGES"), images.found);

      Service recipients = new Service();
      recipients.mostRecipients = most;
      IntStream.range(0, 20).forEach(r -> recipients.evidence.listed(Side.RECIPIENTS, r));
      recipients.search(slice(50, 20));
      assertEquals(List.of("too many RECIPIENTS"), recipients.found);
    }
  }

  @Test
  void whatWasTakenOnOneSideAtATimeMayBeTooManyOnBoth() {
    Service service = new Service();
    service.evidence.accepted(slice(4, 1));
    service.evidence.accepted(slice(1, 8));
    service.mostRecipients = 8;
    service.search(slice(4, 9)); // one of them is not known yet, and the others are good
    assertEquals(List.of("too many RECIPIENTS"), service.found);
  }

  @Test
  void asManyAsWereTakenBeforeAreNotTooMany() {
    Service service = new Service();
    service.evidence.accepted(slice(20, 1));
    service.badRecipients.add(1);
    service.search(new Slice(slice(20, 1).images(), List.of(1)));
    assertEquals(List.of("RECIPIENTS 1"), service.found);
    assertEquals(0, service.calls);
  }

  @Test
  void whatWasNotRefusedItselfIsNotTooMuch() {
    Evidence evidence = new Evidence();
    BadIdSearch search = new BadIdSearch(slice(4, 4), new Reason(Kind.INVALID, "", ""), evidence);
    assertEquals(new Step.Ask(slice(4, 2)), search.next());
    search.cleared();
    IntStream.range(0, 4).forEach(i -> evidence.listed(Side.IMAGES, i));
    IntStream.range(0, 4).forEach(r -> evidence.listed(Side.RECIPIENTS, r));
    assertEquals(
        new Step.Ask(new Slice(slice(4, 1).images(), List.of(2))),
        search.next(),
        "the left half is searched on");
  }

  @Test
  void whatMayBeTooManyIsAskedOnceWithOneOfThem() {
    Service service = new Service();
    service.evidence.accepted(slice(19, 1));
    service.evidence.listed(Side.IMAGES, 19);
    service.badRecipients.add(1);
    service.search(new Slice(slice(20, 1).images(), List.of(1)));
    assertEquals(List.of("RECIPIENTS 1"), service.found);
    assertEquals(1, service.calls);
  }

  @Test
  void aFaultThatIsGoneBlamesNobody() {
    Service service = new Service();
    service.search(slice(8, 8));
    assertEquals(List.of("nothing"), service.found);
  }

  @Test
  void aPartHoldsHalfOfTheSuspectsAndAllThatIsProven() {
    Evidence evidence = new Evidence();
    evidence.accepted(slice(2, 5));
    BadIdSearch search =
        new BadIdSearch(slice(2, 9), new Reason(Kind.INVALID_RECIPIENT, "", ""), evidence);
    assertEquals(new Step.Ask(slice(2, 7)), search.next());
  }

  /** Who may read an image may not be allowed to change it. */
  @Test
  void aListedImageMayBeForbidden() {
    for (Kind kind : List.of(Kind.FORBIDDEN, Kind.UNSUPPORTED)) {
      for (int recipients = 1; recipients <= 8; recipients++) {
        Service service = new Service();
        service.sideless = kind;
        service.badImages.add(3);
        service.evidence.listed(Side.IMAGES, 3);
        service.evidence.accepted(new Slice(List.of(0, 1, 2), List.of(0, 1)));
        service.search(slice(4, recipients));
        assertEquals(List.of("IMAGES 3"), service.found);
      }
    }
  }

  @Test
  void aListedImageIsThereAndCanBeShared() {
    Service service = new Service();
    service.badRecipients.add(0);
    service.evidence.listed(Side.IMAGES, 0);
    service.search(slice(1, 1));
    assertEquals(List.of("RECIPIENTS 0"), service.found);
  }

  @Test
  void aForbiddenRecipientIsFoundLikeAnyOther() {
    Service service = new Service();
    service.sideless = Kind.FORBIDDEN;
    service.badRecipients.add(2);
    service.evidence.listed(Side.RECIPIENTS, 0);
    service.evidence.accepted(slice(4, 2));
    service.search(slice(4, 4));
    assertEquals(List.of("RECIPIENTS 2"), service.found);
    assertTrue(service.calls <= 2, "proven recipients are not halved: " + service.calls);
  }

  @Test
  void whatOtherCallsShouldNotHold() {
    Evidence evidence = new Evidence();
    evidence.listed(Side.IMAGES, 0);
    evidence.listed(Side.RECIPIENTS, 1);
    assertSuspected(evidence, Kind.INVALID_IMAGE, List.of(1), List.of());
    assertSuspected(evidence, Kind.INVALID_RECIPIENT, List.of(), List.of(0));
    assertSuspected(evidence, Kind.INVALID, List.of(1), List.of(0));
    assertSuspected(evidence, Kind.QUOTA, List.of(0, 1), List.of());
    for (Kind kind : List.of(Kind.FORBIDDEN, Kind.UNSUPPORTED)) {
      assertSuspected(evidence, kind, List.of(), List.of());
    }
    evidence.accepted(new Slice(List.of(7), List.of(7)));
    for (Kind kind : List.of(Kind.FORBIDDEN, Kind.UNSUPPORTED)) {
      assertSuspected(evidence, kind, List.of(0, 1), List.of(0));
    }
  }

  private static void assertSuspected(
      Evidence evidence, Kind kind, List<Integer> images, List<Integer> recipients) {
    BadIdSearch search = new BadIdSearch(slice(2, 2), new Reason(kind, "", ""), evidence);
    assertEquals(images, search.suspected(Side.IMAGES), kind.name());
    assertEquals(recipients, search.suspected(Side.RECIPIENTS), kind.name());
  }

  /** Where acceptance proves nothing, one pair is left over from halving that nobody refused. */
  @Test
  void aPairThatIsLeftOverIsAskedForBeforeItIsBlamed() {
    for (int images = 1; images <= 8; images++) {
      for (int recipients = 1; recipients <= 8; recipients++) {
        Service service = new Service();
        service.evidence.distrustAcceptance();
        service.search(slice(images, recipients));
        assertEquals(images * recipients == 1 ? "pair" : "nothing", service.found.get(0));
      }
    }
  }

  @Test
  void evidenceThatIsContradictedIsDropped() {
    Service service = new Service();
    service.namesSide = true;
    service.badImages.add(3);
    service.evidence.accepted(slice(8, 8));
    service.search(slice(8, 8));
    assertEquals(List.of("IMAGES 3"), service.found);
  }

  /** Bad ids often stand side by side, so that the pairs that are tried first are far apart. */
  @Test
  void singlePairsAreFarApartAndEndTheSearchWhenOneIsRefused() {
    Set<Integer> images = new HashSet<>();
    Set<Integer> recipients = new HashSet<>();
    for (int n = 0; n < 8; n++) {
      BadIdSearch search =
          new BadIdSearch(slice(40, 100), new Reason(Kind.FORBIDDEN, "", ""), new Evidence());
      Slice pair = ((Step.Ask) search.single(n)).part();
      assertEquals(1, pair.pairs());
      images.add(pair.images().get(0) / 10);
      recipients.add(pair.recipients().get(0) / 25);
      search.refused(search.reason());
      assertEquals(
          new Step.BadPair(pair.images().get(0), pair.recipients().get(0), search.reason()),
          search.single(n));
    }
    assertEquals(Set.of(0, 1, 2, 3), images);
    assertEquals(Set.of(0, 1, 2, 3), recipients);
  }

  @Test
  void otherCallsHoldNeitherWhatIsSuspectedNorWhatIsSearched() {
    Evidence evidence = new Evidence();
    evidence.accepted(new Slice(List.of(1), List.of(1)));
    BadIdSearch search = refused(new Slice(List.of(0, 1), List.of(0, 1)), evidence);
    assertEquals(2, search.countSuspects());
    assertTrue(search.touches(new Slice(List.of(0), List.of(2))));
    assertTrue(search.touches(new Slice(List.of(2), List.of(0))));
    assertTrue(
        search.touches(new Slice(List.of(1), List.of(1))), "its ids are good, and it is searched");
    assertFalse(search.touches(new Slice(List.of(1, 2), List.of(2))));

    BitSet[] open = Stream.generate(() -> bits(0, 1, 2)).limit(3).toArray(BitSet[]::new);
    search.exclude(open);
    assertEquals(List.of(bits(), bits(2), bits(1, 2)), List.of(open));
  }

  @Test
  void searchesWithoutACommonSuspectMayRunAtOnce() {
    Evidence evidence = new Evidence();
    evidence.accepted(new Slice(List.of(1), List.of(1)));
    BadIdSearch search = refused(new Slice(List.of(0, 1), List.of(0, 1)), evidence);
    assertTrue(search.sharesSuspects(refused(new Slice(List.of(0), List.of(2)), evidence)));
    assertTrue(search.sharesSuspects(refused(new Slice(List.of(2), List.of(0)), evidence)));
    assertFalse(search.sharesSuspects(refused(new Slice(List.of(1, 2), List.of(1, 2)), evidence)));
  }

  @Test
  void aSearchAsksForOnePartAtATime() {
    BadIdSearch search = refused(new Slice(List.of(0, 1), List.of(0)), new Evidence());
    assertFalse(search.isAsking());
    search.next();
    assertTrue(search.isAsking());
    search.refused(new Reason(Kind.INVALID, "", ""));
    assertFalse(search.isAsking());
    search.next();
    search.cleared();
    assertFalse(search.isAsking());
  }

  private static BadIdSearch refused(Slice slice, Evidence evidence) {
    return new BadIdSearch(slice, new Reason(Kind.INVALID, "", ""), evidence);
  }

  private static BitSet bits(int... ids) {
    return IntStream.of(ids).collect(BitSet::new, BitSet::set, BitSet::or);
  }
}
