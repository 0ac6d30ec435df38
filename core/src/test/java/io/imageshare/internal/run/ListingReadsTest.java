package io.imageshare.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingReadsTest {
  private static final int LISTING = 3;
  private static final int SUBMISSION = 7;

  private final List<Effect> effects = new ArrayList<>();
  private final ListingReads reads = new ListingReads(effects::add);

  @Test
  void oneReadServesAllWhoCameBeforeItWentOut() {
    reads.want(LISTING, ListingReads.AUDIT);
    reads.want(LISTING, SUBMISSION);
    assertEquals(List.of(new Effect.Read(LISTING, 1)), effects);
    assertTrue(reads.isAnyQueued());
    reads.sent(LISTING, 1);
    assertFalse(reads.isAnyQueued());
    assertEquals(List.of(ListingReads.AUDIT, SUBMISSION), reads.answered(LISTING));
    reads.makeNext(LISTING);
    assertEquals(1, effects.size());
    assertTrue(reads.isEmpty());
  }

  @Test
  void whoComesWhileAReadIsOutIsServedByTheNext() {
    reads.want(LISTING, ListingReads.AUDIT);
    reads.sent(LISTING, 1);
    reads.want(LISTING, SUBMISSION);
    assertEquals(1, effects.size());
    assertFalse(reads.isAnyQueued());
    assertEquals(List.of(ListingReads.AUDIT), reads.answered(LISTING));
    reads.makeNext(LISTING);
    assertEquals(new Effect.Read(LISTING, 2), effects.get(1));
    reads.sent(LISTING, 2);
    assertEquals(List.of(SUBMISSION), reads.answered(LISTING));
  }

  @Test
  void aReadThatWasDroppedIsNotMadeBesideTheNext() {
    reads.want(LISTING, ListingReads.AUDIT);
    assertEquals(List.of(ListingReads.AUDIT), reads.drop(LISTING));
    reads.want(LISTING, ListingReads.LAST);
    assertFalse(reads.isWanted(LISTING, 1));
    assertTrue(reads.isWanted(LISTING, 2));
    reads.sent(LISTING, 1);
    assertTrue(reads.isAnyQueued(), "the one that was dropped does not count");
  }

  @Test
  void whatIsOutIsAwaitedWhenWhatIsQueuedIsDropped() {
    reads.want(LISTING, ListingReads.AUDIT);
    reads.sent(LISTING, 1);
    reads.want(LISTING, SUBMISSION);
    reads.want(LISTING + 1, SUBMISSION);
    reads.dropQueued();
    assertFalse(reads.isWanted(LISTING + 1, 2));
    assertTrue(reads.isWanted(LISTING, 1), "it may have to be made again");
    assertEquals(List.of(ListingReads.AUDIT), reads.answered(LISTING));
    assertTrue(reads.isEmpty());
  }
}
