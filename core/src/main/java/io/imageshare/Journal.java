package io.imageshare;

import io.imageshare.internal.journal.DirectoryJournal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Stores the state of runs that must survive the process. {@link #directory} keeps it in files; for
 * a database, implement this interface.
 *
 * <p>A run is an append-only list of lines, numbered from 0. The lines are JSON, contain no secret,
 * and are private to the engine. A slice of a request writes three lines: its intent before it is
 * sent, the id of its job before the first poll, and the end of the job. For a slice of 5 x 200
 * they take about 330 bytes and at most three flushes (measured by the benchmark). The engine waits
 * until the first two are stored, and for no other line.
 *
 * <p>Every method must return at once, as it is called on the engine's thread. A failure completes
 * the stage exceptionally. The calls for one run never overlap: the next one follows the answer to
 * the last, and no append follows one that failed. The methods may be called from any thread.
 */
public interface Journal {

  /**
   * A run that was begun and not finished.
   *
   * @param run the run's id
   * @param owner the process that writes it, for people to read; empty if certainly none does
   * @param written the time of the owner's last heartbeat, or else of the last write. One minute
   *     later a run that has an owner is taken for abandoned
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
   * @return its lines from number 0 on; empty if there is no such run or it is finished
   */
  CompletionStage<List<String>> read(String run);

  /**
   * Appends lines to a run, all or none of them. The first process to append after reading owns the
   * run: for any other, the next number exists by then.
   *
   * @param run the run's id; line number 0 creates the run
   * @param first the number of the first line
   * @param lines the lines
   * @return completes when the lines are stored durably; fails if one of these numbers already
   *     exists, if an earlier one is missing, or if another process writes the run
   */
  CompletionStage<Void> append(String run, long first, List<String> lines);

  /**
   * Deletes a run; its id may be used again.
   *
   * @param run the run's id
   * @return completes when it is no longer among the {@link #unfinished()}
   */
  CompletionStage<Void> finish(String run);

  /**
   * Releases an unfinished run that this journal owns, so that another process can resume it at
   * once. By default it does nothing: a run is also free after one minute without a heartbeat.
   *
   * @param run the run's id
   * @return completes when another process can own it
   */
  default CompletionStage<Void> release(String run) {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * A journal in a directory: one file of JSON lines for each unfinished run. A lock ensures that
   * one process at a time writes a run; the lock of a dead process does not count. The directory
   * must be on a local disk, or on a file system whose locks hold between machines.
   *
   * <p>An incomplete last line, left by a crash, is dropped when the run is resumed; any other
   * damage is an error that names the line. Appends that arrive while the disk is busy share one
   * flush. The journal need not be closed: its one thread ends when it is idle, and the file of a
   * run is closed when the run ends. In virtual time it writes on the calling thread.
   *
   * @param path the directory; created if it is missing
   * @return the journal
   */
  static Journal directory(Path path) {
    return new DirectoryJournal(path);
  }
}
