package io.imageshare.memory;

import io.imageshare.MemberBackend;
import io.imageshare.Recipient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

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
 * <p>The rules look at a backend from outside, through its own methods, and wait on its own {@link
 * MemberBackend#time()}; so they run on a simulated service in virtual time as well as on a real
 * one. They call as the engine does: from the timekeeper's thread, and again after {@link
 * io.imageshare.Reason.Kind#THROTTLED}. What cannot be seen from there is not checked: that a
 * backend does not wait for its jobs, repeats no call, and lets no secret out.
 */
public final class BackendContract {
  private static final List<Rule> RULES =
      List.of(
          new Rule(
              "C1",
              "A call returns at once: it holds its caller for less than 100 ms",
              ContractChecks::returnsAtOnce),
          new Rule("C2", "Every call is answered, within patience", ContractChecks::isAnswered),
          new Rule(
              "C3",
              "What goes wrong completes the stage with a BackendException, of any kind but"
                  + " NOT_SENT; nothing is thrown, no stage and no value is null",
              ContractChecks::failsInItsStage),
          new Rule(
              "C4",
              "Calls made at the same time get each its own answer",
              ContractChecks::ownAnswer),
          new Rule(
              "S1",
              "A share makes members of exactly the pairs of its images and recipients",
              ContractChecks::share),
          new Rule(
              "S2",
              "An unshare removes exactly the pairs of its images and recipients",
              ContractChecks::unshare),
          new Rule(
              "S3",
              "What is already as asked succeeds and stays: a share of what is shared, an unshare"
                  + " of what is not",
              ContractChecks::alreadySo),
          new Rule(
              "S4",
              "A slice within limits() and membersPerImage() is done",
              ContractChecks::limits),
          new Rule(
              "J1",
              "A look is at the job asked for: it has its id, and its results name only images and"
                  + " recipients of its slice",
              ContractChecks::ownJob),
          new Rule("J2", "A job comes to its end, within patience", ContractChecks::jobEnds),
          new Rule("J3", "A job that has ended stays as it ended", ContractChecks::jobStaysEnded),
          new Rule("J4", "Looks and listings change nothing", ContractChecks::looksChangeNothing),
          new Rule(
              "M1",
              "An image that none of the recipients has is listed without them, not refused",
              ContractChecks::nobody),
          new Rule(
              "M2",
              "A listing gives every recipient, all pages of them, each with a status",
              ContractChecks::allPages),
          new Rule(
              "M3",
              "A listing is a snapshot: no later change reaches it, and no change to it reaches the"
                  + " backend",
              ContractChecks::snapshot),
          new Rule(
              "M4",
              "A description is of an image that was asked for and that the service knows, and"
                  + " names no obstacle where a share succeeds",
              DescriptionChecks::describe),
          new Rule(
              "D1",
              "A project that accepts has accepted exactly the images of the slice",
              DecisionChecks::accept),
          new Rule(
              "D2",
              "A project that rejects has rejected exactly the images of the slice",
              DecisionChecks::reject),
          new Rule(
              "D3",
              "The last that a project said holds, and to say it again succeeds",
              DecisionChecks::changesItsMind),
          new Rule(
              "D4",
              "An image that was not shared with the project is refused as INVALID or"
                  + " INVALID_IMAGE, by submit or its job",
              DecisionChecks::notGiven),
          new Rule(
              "I1",
              "An unknown image is refused as INVALID or INVALID_IMAGE, by members and by submit or"
                  + " its job",
              ContractChecks::unknownImage),
          new Rule(
              "I2",
              "An unknown job is refused as INVALID, whatever the side, or as UNSUPPORTED; as"
                  + " UNAVAILABLE where the service cannot tell",
              ContractChecks::unknownJob),
          new Rule(
              "I3",
              "An id is opaque: with anything added to it, it is another id, and an unknown one",
              ContractChecks::opaqueIds),
          new Rule(
              "B1",
              "limits() and membersPerImage() allow at least one and stay the same",
              ContractChecks::steadyLimits),
          new Rule("B2", "close() may be called again", ContractChecks::closesAgain));

  private BackendContract() {}

  /**
   * All rules. Each stands alone: they may be checked in any order, and each clears up what it
   * shared. On a real service most take as long as four or five jobs.
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
     * @return the images' ids, at least one; they have room for all {@link #recipients()}
     */
    List<String> images();

    /**
     * Recipients the rules may share with and unshare from. None of them has any of {@link
     * #images()} after a rule, whatever was before. Three are enough for every rule; M2 sees more
     * than one page only if there are more than a page holds.
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
    private final String id;
    private final String sentence;
    private final Consumer<Caller> check;

    private Rule(String id, String sentence, Consumer<Caller> check) {
      this.id = id;
      this.sentence = sentence;
      this.check = check;
    }

    /**
     * The rule's number.
     *
     * @return a letter for the group and a number, such as {@code S1}
     */
    public String id() {
      return id;
    }

    /**
     * What the rule asks.
     *
     * @return one sentence, without the full stop
     */
    public String sentence() {
      return sentence;
    }

    /**
     * Checks the rule, and clears up what it shared. What the subject cannot offer is no fault of
     * it: a backend that cannot list members is checked as far as its jobs' word goes.
     *
     * @param subject the backend to check
     * @return why the rule was not checked, or not to its end; empty when it was, and it holds
     * @throws AssertionError if the backend breaks the rule; says what was expected, what was seen
     *     and what to look at
     * @throws IllegalStateException if the waiting thread is interrupted; the flag stays set
     */
    public Optional<String> check(Subject subject) {
      try (Caller caller = new Caller(subject)) {
        check.accept(caller);
        return Optional.empty();
      } catch (Caller.Skipped e) {
        return Optional.of(e.reason);
      }
    }

    @Override
    public String toString() {
      return id + ": " + sentence;
    }
  }
}
