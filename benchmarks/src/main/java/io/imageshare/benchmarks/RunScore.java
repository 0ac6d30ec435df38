package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.number;

import io.imageshare.Member;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.memory.Throttle;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The result of a run.
 *
 * @param seconds its duration
 * @param worst the longest of several
 * @param calls the calls made
 * @param refused the calls refused as too many
 * @param missing the pairs that could be shared and are not
 * @param wrong the pairs that are not as reported
 * @param unknown the pairs reported as unknown
 * @param missingOrWrong the pairs that are missing or wrong
 */
record RunScore(
    double seconds,
    double worst,
    double calls,
    double refused,
    double missing,
    double wrong,
    double unknown,
    double missingOrWrong) {
  static final RunScore ZERO = new RunScore(0, 0, 0, 0, 0, 0, 0, 0);

  RunScore plus(RunScore other) {
    return new RunScore(
        seconds + other.seconds,
        Math.max(worst, other.worst),
        calls + other.calls,
        refused + other.refused,
        missing + other.missing,
        wrong + other.wrong,
        unknown + other.unknown,
        missingOrWrong + other.missingOrWrong);
  }

  /**
   * The mean over so many.
   *
   * @param longest that of those that count for it
   */
  RunScore over(int runs, double longest) {
    return new RunScore(
        seconds / runs,
        longest,
        calls / runs,
        refused / runs,
        missing / runs,
        wrong / runs,
        unknown / runs,
        missingOrWrong / runs);
  }

  List<String> cells(String name) {
    return List.of(
        name,
        number(seconds),
        number(worst),
        number(calls),
        number(refused),
        number(missing),
        number(wrong),
        number(unknown));
  }

  /** What a client believes of the pairs at the end: failed, unless noted otherwise. */
  static final class Belief {
    private final Set<Member> done = new HashSet<>();
    private final Set<Member> unknown = new HashSet<>();

    void done(Member member) {
      done.add(member);
    }

    void unknown(Member member) {
      unknown.add(member);
    }

    /** Compares the belief with the truth, once everything has taken effect. */
    RunScore score(
        ShareRequest request,
        Set<Member> truth,
        String impossible,
        double seconds,
        Throttle throttle) {
      int missing = 0;
      int wrong = 0;
      int missingOrWrong = 0;
      for (String image : request.images()) {
        for (Recipient recipient : request.recipients()) {
          Member member = new Member(image, recipient);
          boolean shared = truth.contains(member);
          boolean isMissing = !shared && !recipient.id().equals(impossible);
          boolean isWrong = !unknown.contains(member) && shared != done.contains(member);
          missing += isMissing ? 1 : 0;
          wrong += isWrong ? 1 : 0;
          missingOrWrong += isMissing || isWrong ? 1 : 0;
        }
      }
      return new RunScore(
          seconds,
          seconds,
          throttle.taken() + throttle.refused(),
          throttle.refused(),
          missing,
          wrong,
          unknown.size(),
          missingOrWrong);
    }
  }
}
