package io.imageshare;

import io.imageshare.internal.journal.DirectoryJournal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where a run writes what must survive the process. {@link #directory} keeps it in files; a
 * database or a log service takes a class of one's own.
 *
 * <p>A run is a list of lines, numbered from 0, that only grows. The lines are JSON, hold no
 * secret, and mean something to the engine only. A slice of a request writes three lines, about 330
 * bytes in all where it is a rectangle of 5 x 200, with at most three flushes (measured by the
 * benchmark): its intent before it is sent, its job's id before the first look, the job's end. The
 * engine waits for the first two to be on disk, and for no other.
 *
 * <p>Every method returns at once: it is called on the engine's thread and must not block it. What
 * goes wrong completes the stage exceptionally. For one run the engine makes one call after the
 * other, the next when the last was answered: nothing follows an append that was refused. All
 * methods may be called from any thread.
 */
public interface Journal {

  /**
   * A run that was begun and not finished.
   *
   * @param run the run's id
   * @param owner who writes it, for people to read; empty if it is certain that nobody does
   * @param written its owner's last sign of life; the last write where nothing better is known. A
   *     run that has an owner is taken for abandoned one minute after this
   */
  record Unfinished(String run, String owner, Instant written) {}

  /**
   * The runs that are not finished.
   *
   * @return each of them, in no order
   */
  CompletionStage<List<Unfinished>> unfinished();

  /**
   * All lines of a run.
   *
   * @param run the run's id
   * @return its lines from number 0 on; none if there is no such run or it is finished
   */
  CompletionStage<List<String>> read(String run);

  /**
   * Adds lines to a run, all or none of them. Whoever appends first after reading owns the run:
   * everybody else's next number exists by then.
   *
   * @param run the run's id; begun by its line number 0
   * @param first the number of the first of the lines
   * @param lines what to add
   * @return completes when the lines are where no crash can take them; fails if a line of one of
   *     these numbers exists already, if one before them is missing, or if somebody else writes the
   *     run
   */
  CompletionStage<Void> append(String run, long first, List<String> lines);

  /**
   * Forgets a run; its id may be used again.
   *
   * @param run the run's id
   * @return completes when it is no longer among the {@link #unfinished()}
   */
  CompletionStage<Void> finish(String run);

  /**
   * Lets go of a run that is not finished, if this journal is its owner, so that another process
   * may resume it at once. By default nothing is done: a minute of silence frees a run as well.
   *
   * @param run the run's id
   * @return completes when another may have it
   */
  default CompletionStage<Void> release(String run) {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * A journal in a directory: one file of JSON lines for each unfinished run, written by one
   * process at a time, which a lock ensures; the lock of a process that died does not count. The
   * directory must be on a local disk, or on a file system whose locks hold between machines.
   *
   * <p>A line that the process or the machine died over is dropped when the run is resumed; any
   * other damage is refused, with the line's number. Appends that come while the disk is busy share
   * one flush. Nothing needs to be closed: its one thread ends when it has nothing to do, and the
   * file of a run when the run does. In virtual time it writes on the calling thread.
   *
   * @param path the directory; made if it is missing
   * @return the journal
   */
  static Journal directory(Path path) {
    return new DirectoryJournal(path);
  }
}
