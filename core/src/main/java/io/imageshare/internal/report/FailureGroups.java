package io.imageshare.internal.report;

import static java.util.Objects.requireNonNull;

import io.imageshare.Member;
import io.imageshare.Reason;
import io.imageshare.ShareReport.Failures;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The pairs of a table that are not done, by reason. */
public final class FailureGroups {
  /** Enough of a group to see what its pairs have in common. */
  private static final int SHOWN = 3;

  /** What differs between messages about the same: what is quoted, ids and numbers. */
  private static final String VARYING = "\"[^\"]*\"|\\S*\\d\\S*";

  private FailureGroups() {}

  /** The groups, the largest first; among equals the one whose first pair comes first. */
  public static List<Failures> of(PairTable table) {
    List<Verdict> verdicts = table.verdicts();
    Map<Integer, Group> byVerdict = byVerdict(verdicts);
    if (byVerdict.isEmpty()) {
      return List.of();
    }
    Set<Group> groups = new LinkedHashSet<>();
    table
        .all()
        .forEach(
            (image, recipient) -> {
              int place = table.verdict(image, recipient);
              Group group = byVerdict.get(place);
              if (group != null) {
                groups.add(group);
                group.add(verdicts.get(place), table, image, recipient);
              }
            });
    return groups.stream()
        .map(Group::failures)
        .sorted(Comparator.comparingLong(Failures::pairs).reversed())
        .toList();
  }

  /** The groups of the verdicts that are not done, by the verdicts' places. */
  private static Map<Integer, Group> byVerdict(List<Verdict> verdicts) {
    Map<List<Object>, Group> groups = new HashMap<>();
    Map<Integer, Group> byVerdict = new HashMap<>();
    for (int place = 0; place < verdicts.size(); place++) {
      Reason reason = verdicts.get(place).reason();
      if (reason != null) {
        byVerdict.put(place, groups.computeIfAbsent(key(reason), key -> new Group()));
      }
    }
    return byVerdict;
  }

  /** The service's code says what is the same; without one, the message without what varies. */
  private static List<Object> key(Reason reason) {
    return List.of(
        reason.kind(),
        reason.code().isEmpty() ? reason.message().replaceAll(VARYING, "") : reason.code());
  }

  private static final class Group {
    private final List<Member> first = new ArrayList<>();
    private @Nullable Reason reason;
    private long failed;
    private long unknown;

    void add(Verdict verdict, PairTable table, int image, int recipient) {
      if (verdict instanceof Verdict.Failed) {
        failed++;
      } else {
        unknown++;
      }
      if (first.isEmpty()) {
        reason = verdict.reason();
      }
      if (first.size() < SHOWN) {
        first.add(table.member(image, recipient));
      }
    }

    Failures failures() {
      return new Failures(requireNonNull(reason), failed, unknown, first);
    }
  }
}
