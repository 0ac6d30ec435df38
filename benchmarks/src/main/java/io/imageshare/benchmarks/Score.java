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
 * What a run came to.
 *
 * @param seconds how long it took
 * @param calls calls made
 * @param refused calls refused as too fast
 * @param missing pairs that could be shared and are not
 * @param wrong pairs that are not what was told of them
 * @param unknown pairs said to be unknown
 * @param spoiled pairs that are missing or wrong
 */
record Score(
    double seconds,
    double calls,
    double refused,
    double missing,
    double wrong,
    double unknown,
    double spoiled) {
  static final Score ZERO = new Score(0, 0, 0, 0, 0, 0, 0);

  Score plus(Score other) {
    return new Score(
        seconds + other.seconds,
        calls + other.calls,
        refused + other.refused,
        missing + other.missing,
        wrong + other.wrong,
        unknown + other.unknown,
        spoiled + other.spoiled);
  }

  Score over(int runs) {
    return new Score(
        seconds / runs,
        calls / runs,
        refused / runs,
        missing / runs,
        wrong / runs,
        unknown / runs,
        spoiled / runs);
  }

  List<String> cells(String name) {
    return List.of(
        name,
        number(seconds),
        number(calls),
        number(refused),
        number(missing),
        number(wrong),
        number(unknown));
  }

  /** What somebody takes the pairs for at the end: failed, unless said otherwise. */
  static final class Belief {
    private final Set<Member> done = new HashSet<>();
    private final Set<Member> unknown = new HashSet<>();

    void done(Member member) {
      done.add(member);
    }

    void unknown(Member member) {
      unknown.add(member);
    }

    /** Held against the truth, once everything has taken effect. */
    Score score(
        ShareRequest request,
        Set<Member> truth,
        String impossible,
        double seconds,
        Throttle throttle) {
      int missing = 0;
      int wrong = 0;
      int spoiled = 0;
      for (String image : request.images()) {
        for (Recipient recipient : request.recipients()) {
          Member member = new Member(image, recipient);
          boolean there = truth.contains(member);
          boolean isMissing = !there && !recipient.id().equals(impossible);
          boolean isWrong = !unknown.contains(member) && there != done.contains(member);
          missing += isMissing ? 1 : 0;
          wrong += isWrong ? 1 : 0;
          spoiled += isMissing || isWrong ? 1 : 0;
        }
      }
      return new Score(
          seconds,
          throttle.taken() + throttle.refused(),
          throttle.refused(),
          missing,
          wrong,
          unknown.size(),
          spoiled);
    }
  }
}
