package io.imageshare.internal.report;

import io.imageshare.Member;
import io.imageshare.Reason;
import io.imageshare.ShareReport.Failures;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The pairs of a table that are not done, by reason. */
public final class FailureGroups {
  /** Enough of a group to see what its pairs have in common. */
  private static final int SHOWN = 3;

  /** What differs between messages about the same: what is quoted, ids and numbers. */
  private static final String VARYING = "\"[^\"]*\"|\\S*\\d\\S*";

  private FailureGroups() {}

  /** The groups, the largest first; among equals the one whose first pair comes first. */
  public static List<Failures> of(PairTable table) {
    if (table.failed() + table.unknown() == 0) {
      return List.of();
    }
    List<Verdict> verdicts = table.verdicts();
    Map<Integer, Group> byVerdict = new HashMap<>();
    Map<List<Object>, Group> groups = new LinkedHashMap<>();
    table
        .all()
        .forEach(
            (image, recipient) -> {
              int place = table.verdict(image, recipient);
              Reason reason = place < 0 ? null : verdicts.get(place).reason();
              if (reason != null) {
                byVerdict
                    .computeIfAbsent(
                        place,
                        first -> groups.computeIfAbsent(key(reason), key -> new Group(reason)))
                    .add(verdicts.get(place), table, image, recipient);
              }
            });
    return groups.values().stream()
        .map(Group::failures)
        .sorted(Comparator.comparingLong(Failures::pairs).reversed())
        .toList();
  }

  /** The service's code says what is the same; without one, the message without what varies. */
  private static List<Object> key(Reason reason) {
    return List.of(
        reason.kind(),
        reason.code().isEmpty() ? reason.message().replaceAll(VARYING, "") : reason.code());
  }

  private static final class Group {
    private final Reason reason;
    private final List<Member> first = new ArrayList<>();
    private long failed;
    private long unknown;

    Group(Reason reason) {
      this.reason = reason;
    }

    void add(Verdict verdict, PairTable table, int image, int recipient) {
      if (verdict instanceof Verdict.Failed) {
        failed++;
      } else {
        unknown++;
      }
      if (first.size() < SHOWN) {
        first.add(table.member(image, recipient));
      }
    }

    Failures failures() {
      return new Failures(reason, failed, unknown, first);
    }
  }
}
