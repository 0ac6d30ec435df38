package io.imageshare.memory;

import io.imageshare.MemberBackend;
import io.imageshare.Recipient;
import io.imageshare.memory.internal.contract.ContractRule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What every {@link MemberBackend} must do, as numbered rules that check themselves. They need no
 * test framework; with JUnit Jupiter they are five lines:
 *
 * <pre>
 * {@literal @}TestFactory Stream&lt;DynamicTest&gt; contract() {
 *   return BackendContract.rules().stream()
 *       .map(rule -&gt; dynamicTest(rule.toString(),
 *           () -&gt; rule.check(subject).ifPresent(Assumptions::abort)));
 * }
 * </pre>
 *
 * <p>The rules use a backend from outside, through its own methods, and wait on its own {@link
 * MemberBackend#time()}; so they run on a simulated service in virtual time as well as on a real
 * one. They call as the engine does: from the timekeeper's thread, through {@link
 * MemberBackend#inTurns} to list or describe, each turn at once, and again after {@link
 * io.imageshare.Reason.Kind#THROTTLED}. What cannot be seen from outside is not checked: that a
 * backend does not wait for its jobs, repeats no call, and leaks no secret.
 */
public final class BackendContract {
  private static final List<Rule> RULES = ContractRule.all().stream().map(Rule::new).toList();

  private BackendContract() {}

  /**
   * All rules. They may be checked in any order, and each removes what it shared. On a real service
   * most take as long as four or five jobs.
   *
   * @return the rules, grouped: C calls, S slices, J jobs, M what is read of images, D what
   *     recipients decide, I ids, B the backend itself
   */
  public static List<Rule> rules() {
    return RULES;
  }

  /** A backend to check, and what the rules may use of the service behind it. */
  public interface Subject {

    /**
     * Opens the backend; each rule opens one and closes it.
     *
     * @return a new backend, or a new handle on the same service
     */
    MemberBackend open();

    /**
     * Images the rules may share and unshare. Three are enough for every rule.
     *
     * @return the images' ids, at least one; each has room for {@link #recipients()}, as far as
     *     {@link MemberBackend#membersPerImage()} goes
     */
    List<String> images();

    /**
     * Recipients the rules may share with and unshare from. None of them has any of {@link
     * #images()} after a rule, whatever was before. Three are enough for every rule, except that M2
     * sees more than one page only if there are more than a page holds, and S5 needs one more than
     * {@link MemberBackend#membersPerImage()}. D1 and D2 see that each decides as itself only if
     * calls can be made as the first two.
     *
     * @return the recipients, at least one
     */
    List<Recipient> recipients();

    /**
     * An image the service does not know, in the form the service gives its ids.
     *
     * @return its id; empty when the service knows every image, and then the rules on it are
     *     skipped
     */
    String unknownImage();

    /**
     * How long an answer, a job, or the listing after a job may take; for a real service a minute
     * or more. A rule that holds never waits that long.
     *
     * @return the time, on the backend's {@link MemberBackend#time()}
     */
    Duration patience();
  }

  /** One rule. */
  public static final class Rule {
    private final ContractRule rule;

    private Rule(ContractRule rule) {
      this.rule = rule;
    }

    /**
     * The rule's number.
     *
     * @return a letter for the group and a number, such as {@code S1}
     */
    public String id() {
      return rule.id();
    }

    /**
     * What the rule asks.
     *
     * @return one sentence, without the full stop
     */
    public String sentence() {
      return rule.sentence();
    }

    /**
     * Checks the rule, and removes what it shared. What the subject cannot offer breaks no rule: a
     * backend that cannot list members is checked as far as its jobs report.
     *
     * @param subject the backend to check
     * @return why the rule was not checked, or not to its end; empty: it was, and it holds
     * @throws AssertionError if the backend breaks the rule, or it or one of its answers throws
     *     anything; the message begins with the rule's id and says what was expected, what was seen
     *     and what to look at
     * @throws IllegalArgumentException if the subject offers no image or no recipient
     * @throws IllegalStateException if the waiting thread is interrupted; the flag stays set
     */
    public Optional<String> check(Subject subject) {
      return rule.check(subject);
    }

    @Override
    public String toString() {
      return id() + ": " + sentence();
    }
  }
}
