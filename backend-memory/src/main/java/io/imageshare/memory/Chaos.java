package io.imageshare.memory;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.imageshare.Reason;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What goes wrong by chance: for each fault, how likely it is to strike a call it can strike. What
 * strikes is drawn from the cloud's seed, in the order of the calls.
 *
 * @param rates the probability of each fault, 0 to 1, in the order they were named
 * @param mixedNaming whether each refusal draws how it names the bad id, instead of going by {@link
 *     Unknowns#naming}
 */
public record Chaos(Map<Fault, Double> rates, boolean mixedNaming) {

  /**
   * Checks and copies the rates.
   *
   * @throws IllegalArgumentException if a rate is not 0 to 1, if the rates of the faults of one
   *     part add up to more than 1 for some kind of call, or if a fault is a {@link Fault.Refused}
   *     submit, or listing of an image that is called invalid: no service does that without a
   *     cause; register no image, or a bad project
   */
  public Chaos {
    rates = Collections.unmodifiableMap(new LinkedHashMap<>(rates));
    rates.forEach(Chaos::check);
    for (Call.Kind kind : Call.Kind.values()) {
      for (Fault.Part part : Fault.Part.values()) {
        checkArgument(
            sum(rates, kind, part) <= 1 + 1e-9,
            "chaos: the rates for %s of %s add up to more than 1",
            part,
            kind);
      }
    }
  }

  private static void check(Fault fault, double rate) {
    Fault bare = fault instanceof Fault.Aimed aimed ? aimed.fault() : fault;
    checkArgument(
        !(bare instanceof Fault.Refused refused) || mayBeChance(refused),
        "chaos: a refusal needs a cause; ask for an unknown image or a bad project instead");
    checkArgument(
        rate >= 0 && rate <= 1, "chaos: %s has the rate %s; it must be 0 to 1", fault, rate);
  }

  private static boolean mayBeChance(Fault.Refused refused) {
    return switch (refused.kind()) {
      case SUBMIT -> false;
      case JOB -> true;
      case MEMBERS, IMAGES, DESCRIBE ->
          refused.reason().kind() == Reason.Kind.FORBIDDEN
              || refused.reason().kind() == Reason.Kind.UNSUPPORTED;
    };
  }

  private static double sum(Map<Fault, Double> rates, Call.Kind kind, Fault.Part part) {
    return rates.entrySet().stream()
        .filter(entry -> entry.getKey().part() == part && entry.getKey().strikes(kind))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /**
   * Nothing goes wrong.
   *
   * @return no chaos
   */
  public static Chaos none() {
    return new Chaos(Map.of(), false);
  }

  /**
   * Faults that pass: every call is answered, every job ends, every listing catches up within 10 s.
   * Refusals name the bad id in all ways.
   *
   * @param intensity how much of it, 0 to 1; at 1 about one submit in three, one other call in ten,
   *     one job in three and one listing in five is struck
   * @return the chaos
   * @throws IllegalArgumentException if the intensity is not 0 to 1
   */
  public static Chaos passing(double intensity) {
    checkArgument(
        intensity >= 0 && intensity <= 1, "chaos: intensity %s; it must be 0 to 1", intensity);
    Map<Fault, Double> rates = new LinkedHashMap<>();
    rates.put(new Fault.Unavailable(), .05);
    rates.put(new Fault.Throttled(), .03);
    rates.put(new Fault.Throttled(Duration.ofSeconds(7), Fault.Throttled.Style.GATEWAY), .02);
    rates.put(new Fault.Throttled(Duration.ZERO, Fault.Throttled.Style.TASKS), .05);
    rates.put(new Fault.LostRequest(), .07);
    rates.put(new Fault.LostAnswer(), .1);
    rates.put(new Fault.SlowJob(Duration.ofMinutes(1)), .1);
    rates.put(new Fault.PartialFail(), .12);
    rates.put(new Fault.HollowSuccess(), .12);
    rates.put(new Fault.Results(Unknowns.Detail.ABSENT), .3);
    rates.put(new Fault.Results(Unknowns.Detail.PER_PAIR), .3);
    rates.put(new Fault.ListLag(Duration.ofSeconds(2)), .1);
    rates.put(new Fault.ListLag(Duration.ofSeconds(10)), .1);
    rates.replaceAll((fault, rate) -> rate * intensity);
    return new Chaos(rates, true);
  }

  /**
   * Faults that pass, and some that last: calls that are never answered, jobs that never end, and
   * listings that never catch up.
   *
   * @param intensity how much of it, 0 to 1; at 1 one call in fifty is never answered, and one job
   *     in thirty is stuck or never listed
   * @return the chaos
   * @throws IllegalArgumentException if the intensity is not 0 to 1
   */
  public static Chaos mixed(double intensity) {
    return passing(intensity)
        .rate(new Fault.NeverAnswered(true), .01 * intensity)
        .rate(new Fault.NeverAnswered(false), .01 * intensity)
        .rate(new Fault.StuckJob(), .03 * intensity)
        .rate(new Fault.ListLag(Duration.ofDays(1000)), .03 * intensity);
  }

  /**
   * Faults that pass, and some that concern one call or one image: polls of jobs that are not
   * visible or not allowed, listings and descriptions that are not allowed, images that are deleted
   * when a job has ended, and outages of 40 s.
   *
   * @param intensity how much of it, 0 to 1; at 1 one poll in twelve and one listing in twenty-five
   *     is refused, one job in twenty-five deletes an image, and one call in 1,000 begins an outage
   * @return the chaos
   * @throws IllegalArgumentException if the intensity is not 0 to 1
   */
  public static Chaos local(double intensity) {
    Reason forbidden = new Reason(Reason.Kind.FORBIDDEN, "IMG.0026", "No permission.");
    Reason unknownJob = new Reason(Reason.Kind.INVALID, "IMG.0023", "Failed to query the task.");
    Reason unpublished = new Reason(Reason.Kind.UNSUPPORTED, "APIGW.0101", "No such API.");
    return passing(intensity)
        .rate(new Fault.Outage(Duration.ofSeconds(40)), .001 * intensity)
        .rate(new Fault.Refused(Call.Kind.JOB, unknownJob), .05 * intensity)
        .rate(new Fault.Refused(Call.Kind.JOB, forbidden), .03 * intensity)
        .rate(new Fault.Refused(Call.Kind.MEMBERS, forbidden), .03 * intensity)
        .rate(new Fault.Refused(Call.Kind.MEMBERS, unpublished), .01 * intensity)
        .rate(new Fault.Refused(Call.Kind.IMAGES, forbidden), .03 * intensity)
        .rate(new Fault.Refused(Call.Kind.DESCRIBE, forbidden), .3 * intensity)
        .rate(new Fault.DeletedImage(), .04 * intensity);
  }

  /**
   * The same with another rate for one fault. Several faults of one sort may be named: two lags,
   * say, each with its rate.
   *
   * @param fault what goes wrong
   * @param rate how likely it is to strike a call it can strike, 0 to 1
   * @return a changed copy
   * @throws IllegalArgumentException if the rate is not 0 to 1, or the rates add up to more than 1
   */
  public Chaos rate(Fault fault, double rate) {
    Map<Fault, Double> changed = new LinkedHashMap<>(rates);
    changed.put(requireNonNull(fault, "fault"), rate);
    return new Chaos(changed, mixedNaming);
  }

  /**
   * The same, with refusals that draw how they name the bad id, or not.
   *
   * @param mixedNaming whether each refusal draws it
   * @return a changed copy
   */
  public Chaos mixedNaming(boolean mixedNaming) {
    return new Chaos(rates, mixedNaming);
  }
}
