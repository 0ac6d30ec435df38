package io.imageshare.memory;

import io.imageshare.Journal;
import java.util.List;
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
  public CompletionStage<List<Unfinished>> unfinished() {
    return stage(journal.unfinished());
  }

  @Override
  public CompletionStage<List<String>> read(String run) {
    return stage(journal.read(run));
  }

  @Override
  public CompletionStage<Void> append(String run, long first, List<String> lines) {
    return stage(journal.append(run, first, lines));
  }

  @Override
  public CompletionStage<Void> finish(String run) {
    return stage(journal.finish(run));
  }

  @Override
  public CompletionStage<Void> release(String run) {
    return stage(journal.release(run));
  }
}
