package io.imageshare.internal.engine;

import io.imageshare.Journal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A journal in which nothing is finished yet: a part of a run is, when the whole run is. */
record UnfinishedJournal(Journal journal) implements Journal {

  @Override
  public CompletionStage<List<Unfinished>> unfinished() {
    return journal.unfinished();
  }

  @Override
  public CompletionStage<List<String>> read(String run) {
    return journal.read(run);
  }

  @Override
  public CompletionStage<Void> append(String run, long first, List<String> lines) {
    return journal.append(run, first, lines);
  }

  @Override
  public CompletionStage<Void> finish(String run) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> release(String run) {
    return journal.release(run);
  }
}
