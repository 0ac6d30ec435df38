package io.imageshare.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.internal.run.OutcomeRules.Ask;
import io.imageshare.internal.run.OutcomeRules.ReadRefusal;
import io.imageshare.internal.run.OutcomeRules.Refusal;
import io.imageshare.internal.run.OutcomeRules.Ruling;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Verdict;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules, read off as tables. */
class OutcomeRulesTest {
  private static final Reason FULL = new Reason(Kind.QUOTA, "IMG.0088", "full");
  private static final Reason LOST = new Reason(Kind.LOST, "", "no answer");
  private static final Reason BUSY = new Reason(Kind.UNAVAILABLE, "", "busy");
  private static final Ruling UNLISTED = new Ruling.AskAgain(JobResults.unlisted("job-1"));

  private static Ruling failed(Reason reason) {
    return new Ruling.Settle(new Verdict.Failed(reason));
  }

  private static Ruling unknown(Reason reason) {
    return new Ruling.Settle(new Verdict.Unknown(reason, "job-1"));
  }

  @Test
  void whatARefusedWriteMeans() {
    Map<Kind, Refusal> table = new EnumMap<>(Kind.class);
    table.put(Kind.THROTTLED, Refusal.ASK_AGAIN);
    table.put(Kind.UNAVAILABLE, Refusal.ASK_AGAIN);
    table.put(Kind.LOST, Refusal.ASK_AGAIN);
    table.put(Kind.NOT_SENT, Refusal.ASK_AGAIN);
    table.put(Kind.INVALID, Refusal.SEARCH);
    table.put(Kind.INVALID_IMAGE, Refusal.SEARCH);
    table.put(Kind.INVALID_RECIPIENT, Refusal.SEARCH);
    table.put(Kind.QUOTA, Refusal.SEARCH);
    table.put(Kind.FORBIDDEN, Refusal.SEARCH);
    table.put(Kind.UNSUPPORTED, Refusal.SEARCH);
    table.put(Kind.INTERNAL, Refusal.UNKNOWN);
    table.put(Kind.UNAUTHENTICATED, Refusal.STOP);
    for (Kind kind : Kind.values()) {
      assertEquals(table.get(kind), OutcomeRules.refused(kind), kind.name());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void onlyALostOrUnreadableAnswerMayHaveAnEffect(Kind kind) {
    Set<Kind> may = EnumSet.of(Kind.LOST, Kind.INTERNAL);
    assertEquals(may.contains(kind), OutcomeRules.mayHaveEffect(kind));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatARefusedReadMeans(Kind kind) {
    for (Side side : Side.values()) {
      boolean bad = kind == Kind.INVALID || kind == side.invalid();
      boolean unreadable = kind == Kind.FORBIDDEN || kind == Kind.UNSUPPORTED;
      assertEquals(
          bad ? ReadRefusal.BAD_ID : unreadable ? ReadRefusal.UNREADABLE : ReadRefusal.NOTHING,
          OutcomeRules.readRefused(kind, side));
    }
  }

  @Test
  void whatIsListedIsDoneAndAlreadySoIfNobodyAsked() {
    assertEquals(
        new Verdict.Done(true, MemberStatus.PENDING),
        OutcomeRules.asAsked(false, MemberStatus.PENDING));
    assertEquals(new Verdict.Done(false, MemberStatus.UNKNOWN), OutcomeRules.asAsked(true, null));
  }

  @Test
  void whatAnAuditDoesNotShow() {
    Ask confirmed = new Ask(true, null, null, "job-1");
    Ask denied = new Ask(false, null, null, "job-1");
    Ask full = new Ask(false, FULL, null, "job-1");
    Ask busy = new Ask(false, BUSY, null, "job-1");
    Ask unclear = new Ask(true, FULL, LOST, "job-1");
    for (boolean mayLag : new boolean[] {true, false}) {
      assertEquals(
          mayLag ? new Ruling.ReadAgain() : UNLISTED, OutcomeRules.unlisted(confirmed, mayLag));
      assertEquals(UNLISTED, OutcomeRules.unlisted(denied, mayLag));
      assertEquals(failed(FULL), OutcomeRules.unlisted(full, mayLag));
      assertEquals(
          new Ruling.AskAgain(BUSY), OutcomeRules.unlisted(busy, mayLag), "a reason that passes");
      assertEquals(unknown(LOST), OutcomeRules.unlisted(unclear, mayLag));
    }
  }

  @Test
  void whatNoListingCanShow() {
    assertEquals(
        new Ruling.Settle(new Verdict.Done(false, MemberStatus.UNKNOWN)),
        OutcomeRules.unlistable(new Ask(true, null, null, "job-1")));
    assertEquals(UNLISTED, OutcomeRules.unlistable(new Ask(false, null, null, "job-1")));
    assertEquals(failed(FULL), OutcomeRules.unlistable(new Ask(false, FULL, null, "job-1")));
    assertEquals(unknown(LOST), OutcomeRules.unlistable(new Ask(true, null, LOST, "job-1")));
    assertEquals(
        new Ruling.AskAgain(BUSY),
        OutcomeRules.unlistable(new Ask(true, BUSY, null, "job-1")),
        "some of its image failed, and it is not said which");
  }

  @Test
  void aLostWriteIsAskedAgainOnlyIfAListingWasReadAndItMayHaveBeenRead() {
    assertEquals(new Ruling.AskAgain(LOST), OutcomeRules.afterLoss(LOST, true, "job-1"));
    assertEquals(unknown(LOST), OutcomeRules.afterLoss(LOST, false, "job-1"));
    Reason odd = new Reason(Kind.INTERNAL, "", "unreadable");
    assertEquals(unknown(odd), OutcomeRules.afterLoss(odd, true, "job-1"));
  }

  @Test
  void aPairIsAskedSixTimesAndFailsOnlyIfNoAskMayTakeEffect() {
    for (int asks = 1; asks < 6; asks++) {
      assertNull(OutcomeRules.askedInVain(asks, true, LOST, "job-1"));
    }
    assertEquals(
        new Verdict.Unknown(LOST, "job-1"), OutcomeRules.askedInVain(6, true, LOST, "job-1"));
    assertEquals(new Verdict.Failed(LOST), OutcomeRules.askedInVain(6, false, LOST, "job-1"));
  }

  @Test
  void whatIsLeftWhenTheRunEnds() {
    Reason cut = new Reason(Kind.LOST, "", "the run was cut short: it was cancelled");
    Reason refused = new Reason(Kind.UNAUTHENTICATED, "", "wrong key");
    assertEquals(
        new Verdict.Unknown(cut, "job-1"),
        OutcomeRules.cutShort(true, null, refused, "it was cancelled", "job-1"));
    assertEquals(
        new Verdict.Unknown(FULL, "job-1"),
        OutcomeRules.cutShort(true, FULL, null, "it was", "job-1"));
    assertEquals(new Verdict.Failed(refused), OutcomeRules.cutShort(false, null, refused, "", ""));
    assertEquals(
        new Verdict.Failed(new Reason(Kind.NOT_SENT, "", "not sent: it was cancelled")),
        OutcomeRules.cutShort(false, null, null, "it was cancelled", ""));
  }
}
