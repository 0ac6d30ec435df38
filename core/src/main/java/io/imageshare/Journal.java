package io.imageshare;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.journal.DirectoryJournal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where a run writes what must survive its process, and who may write it. {@link #directory} keeps
 * runs in files; for a database, implement this interface.
 *
 * <p>A run is an append-only list of entries, numbered from 0. They are JSON objects without a line
 * feed, contain no secret, and are private to the engine. A run exists from its first entry until
 * it is finished; then its report stays, for as long as the journal is told to keep it.
 *
 * <p><b>Who may write.</b> Whoever writes a run claims it first and gets an epoch: a number greater
 * than that of every earlier claim of a run with this id, also of runs that are finished and of
 * claims that were released. From then on the journal refuses every earlier epoch, whatever its
 * owner does; this is all that keeps two processes apart. A run can be claimed if nobody has
 * claimed it since an earlier run with its id was finished, if it was released, if its owner is
 * certainly dead, or if nobody has written to it for a time that the claimant names, its silence. A
 * claim counts as a write, and a run without entries has an owner as any other: of several
 * processes that claim a new run at once, one gets it. Silence is measured by the clock of the
 * store only (a database's own {@code now()}), never by that of a caller: the clocks of two
 * processes may differ by any amount.
 *
 * <p><b>How the engine calls it.</b> Mostly from its own thread, so every method must return at
 * once. The methods may be called from any thread, and for several runs at once. The calls for one
 * epoch follow each other, with one exception: an append or a finish that failed, or that is not
 * answered in time, is made again with the same arguments, maybe while the earlier call is still
 * under way. Whoever made one of them twice must find its effect once. A claim may be made again as
 * well, but is another claim each time: if an earlier try took the run and only its answer was
 * lost, {@link RunBusyException} is right. Then the caller does without the run, of which nothing
 * was sent.
 *
 * <p><b>Errors.</b> A failure completes the stage exceptionally. {@link RunBusyException} says that
 * the run is another's, which ends the caller's part in it for good. Any other failure is taken for
 * one that may pass; so is an exception that is thrown, a null stage, null where an answer is
 * needed, and an answer that takes longer than a quarter of {@link ShareWorkflow.Builder#silence}.
 *
 * <p><b>Scope.</b> A journal belongs to one account at one endpoint. Journals of several accounts
 * may share a database, but not the ids of their runs.
 */
public interface Journal {

  /**
   * A run that was begun and not finished.
   *
   * @param run the run's id
   * @param owner who writes it, for people to read; empty if certainly nobody does
   * @param silent for how long nobody has written to it, by the clock of the store
   */
  record Unfinished(String run, String owner, Duration silent) {

    /** Checks that nothing is missing. */
    public Unfinished {
      requireNonNull(run, "the id of an unfinished run is null");
      requireNonNull(owner, "the owner of an unfinished run is null");
      requireNonNull(silent, "the silence of an unfinished run is null");
    }
  }

  /**
   * The right to write a run.
   *
   * @param epoch the number that the journal knows its holder by
   * @param entries the entries of the run so far; empty if it is new
   */
  record Claim(long epoch, List<String> entries) {

    /** Copies. */
    public Claim {
      entries = List.copyOf(requireNonNull(entries, "the entries of a claim are null"));
    }
  }

  /**
   * Runs that can be claimed: those that were begun and not finished, and that either nobody has
   * written to for some time or certainly nobody writes.
   *
   * @param silent the time
   * @param atMost how many are wanted at most, at least 1; if there are more, processes that ask at
   *     the same time should be given different ones
   * @return the runs, in no order
   */
  CompletionStage<List<Unfinished>> unfinished(Duration silent, int atMost);

  /**
   * Claims a run that is new or abandoned. The claim counts as a write: from now on the run is
   * silent for no time, and nobody else can claim it. A claim without an append creates no run:
   * {@link #unfinished} does not tell of it, and once it is released only its epoch is left.
   *
   * @param run the run's id
   * @param silent how long nobody must have written to it, unless certainly nobody writes it
   * @return the epoch, and all entries of the run: none is appended by another afterwards
   */
  CompletionStage<Claim> claim(String run, Duration silent);

  /**
   * Appends entries to a run, all or none of them, or just shows that its owner is alive. The run
   * is silent for no time from then on. If entries with these numbers are there already, an earlier
   * try of this call has stored them, and the call has only to succeed.
   *
   * @param run the run's id
   * @param epoch what the claim gave; {@link RunBusyException} if it is not the latest
   * @param first the number of the first entry; a failure if an earlier one is missing
   * @param entries the entries; empty: a sign of life
   * @return completes when the entries are stored durably: true if somebody asked to {@link
   *     #cancel} the run
   */
  CompletionStage<Boolean> append(String run, long epoch, long first, List<String> entries);

  /**
   * Finishes a run: deletes its entries, and keeps its report in place of that of an earlier run
   * with this id. The id may be used again.
   *
   * @param run the run's id
   * @param epoch what the claim gave; {@link RunBusyException} if it is not the latest, but success
   *     if an earlier try of this call has finished the run
   * @param report the report, a JSON document that may have several lines
   * @return completes when this is stored durably
   */
  CompletionStage<Void> finish(String run, long epoch, String report);

  /**
   * {@return the report of the last run with an id that was finished, as it was given; empty if
   * there is none, or it is kept no longer}
   *
   * @param run the run's id
   */
  CompletionStage<Optional<String>> report(String run);

  /**
   * Gives an unfinished run back, so that another process can claim it at once. If the epoch is not
   * the latest, this has no effect.
   *
   * @param run the run's id
   * @param epoch what the claim gave
   * @return completes when another process can claim it
   */
  CompletionStage<Void> release(String run, long epoch);

  /**
   * Asks whoever writes a run, now or later, to cancel it: every append from now on says so. Needs
   * no epoch; any process may ask.
   *
   * @param run the run's id
   * @return true if there is such a run and it is not finished
   */
  CompletionStage<Boolean> cancel(String run);

  /**
   * {@return a journal in a directory that keeps reports for 30 days, long enough to look into what
   * went wrong last month}
   *
   * @param path the directory
   * @see #directory(Path, Duration)
   */
  static Journal directory(Path path) {
    return directory(path, Duration.ofDays(30));
  }

  /**
   * A journal in a directory: one file of JSON lines for each unfinished run, one for each report.
   * A lock ensures that one process at a time writes a run; the lock of a dead process does not
   * count, and that of a living one always does, however silent it is. The directory must be on a
   * local disk, or on a file system whose locks hold between machines.
   *
   * <p>The directory is created if it is missing, for its owner only, as are the files (where the
   * file system knows owners). Links in it are not followed, and files that are no journal of this
   * library are neither changed nor deleted.
   *
   * <p>An incomplete last line, left by a crash, is dropped when the run is claimed; any other
   * damage is an error that names the line. Appends that arrive while the disk is busy share one
   * flush. The journal need not be closed: its one thread ends when it is idle, and the file of a
   * run is closed when the run ends. In virtual time it writes on the calling thread.
   *
   * @param path the directory
   * @param keepReports how long the report of a finished run is kept at least; it is deleted when
   *     another run is finished later
   * @return the journal
   * @throws IllegalArgumentException if the time is negative
   */
  static Journal directory(Path path, Duration keepReports) {
    return new DirectoryJournal(path, keepReports);
  }
}
