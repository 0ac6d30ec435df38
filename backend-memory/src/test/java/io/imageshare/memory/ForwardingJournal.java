package io.imageshare.memory;

import io.imageshare.Journal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A journal that passes every call on, unless a subclass does otherwise. */
class ForwardingJournal implements Journal {
  private final Journal journal;

  ForwardingJournal(Journal journal) {
    this.journal = journal;
  }

  /** What becomes of a call's stage. */
  <T> CompletionStage<T> stage(CompletionStage<T> stage) {
    return stage;
  }

  @Override
  public CompletionStage<List<Unfinished>> unfinished(Duration silent, int atMost) {
    return stage(journal.unfinished(silent, atMost));
  }

  @Override
  public CompletionStage<Claim> claim(String run, Duration silent) {
    return stage(journal.claim(run, silent));
  }

  @Override
  public CompletionStage<Boolean> append(String run, long epoch, long first, List<String> entries) {
    return stage(journal.append(run, epoch, first, entries));
  }

  @Override
  public CompletionStage<Void> finish(String run, long epoch, String report) {
    return stage(journal.finish(run, epoch, report));
  }

  @Override
  public CompletionStage<Optional<String>> report(String run) {
    return stage(journal.report(run));
  }

  @Override
  public CompletionStage<Void> release(String run, long epoch) {
    return stage(journal.release(run, epoch));
  }

  @Override
  public CompletionStage<Boolean> cancel(String run) {
    return stage(journal.cancel(run));
  }
}
