package io.imageshare;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * Lets the workflows of several processes keep to one rate limit and one number of open jobs. It is
 * a place for one short text that they all see, and a clock.
 *
 * <p>With a pacer, {@link FlowPolicy#callsPerSecond} and {@link FlowPolicy#openJobs} hold for all
 * workflows on it together; give all of them the same policy, as one that allows far fewer calls
 * gets none beside busy ones. What one learns about the service's own limit, all know. Before a
 * workflow makes calls, it takes some slots, the times at which calls may start, about two seconds
 * ahead: a call does not wait for the pacer, and slots that are not needed are given back. The
 * workflows take turns, so that each gets its share, and a share that one does not need goes to the
 * others.
 *
 * <p><b>If the pacer is away</b>, which is to say that it fails or does not answer within a second,
 * each workflow keeps to its own share until it is back: what is allowed, divided by the number of
 * workflows that were last seen. One that never saw another keeps to all of it. A workflow that was
 * not heard of for a minute does not count any more; nor do its open jobs.
 *
 * <p><b>How the engine calls it.</b> From the engine's thread, so the method must return at once.
 * One to five times a second on average while there is something to do, and up to twenty times in a
 * second in which the service refuses calls; measured in the simulation. A call that was not
 * answered in time may still have its effect, and others follow it.
 *
 * <p><b>Scope.</b> A pacer belongs to one account at one endpoint, as a {@link Journal} does.
 * Whoever can write there can slow its workflows down or hold them up until their deadline; none of
 * them ever exceeds its own policy.
 *
 * <p>An implementation has four duties. Of all calls that replace the same version, one has an
 * effect. Whoever is answered sees every replacement that was answered before the call began. The
 * time of all answers is one clock's: that of the store, never of a caller. The text comes back as
 * it was given.
 */
public interface Pacer {

  /**
   * What is shared, as it was at one moment.
   *
   * @param version how many times it was replaced; 0: never
   * @param state the text; empty at first. It is private to the engine, contains no secret, and is
   *     some kilobytes long, and longer by some 14 characters for each call of the window in which
   *     the service limits calls: 30 kilobytes where it takes 2,000 a minute
   * @param now the time of the store's clock at that moment
   */
  record Snapshot(long version, String state, Instant now) {

    /** Checks that nothing is missing. */
    public Snapshot {
      requireNonNull(state, "state");
      requireNonNull(now, "now");
    }
  }

  /**
   * Replaces the text, unless somebody else has done so before.
   *
   * @param version the version that is replaced: if it is not the latest, nothing is changed. The
   *     engine gives -1, which never is, to read only
   * @param state the text that takes its place, with the next version
   * @return what is shared now, whether this call has changed it or not. A failure is taken for one
   *     that passes
   */
  CompletionStage<Snapshot> replace(long version, String state);
}
