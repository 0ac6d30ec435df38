package io.imageshare.memory;

import io.imageshare.Progress;
import io.imageshare.ShareReport;
import io.imageshare.ShareRun;
import java.util.concurrent.CompletableFuture;

/** The run of a process that died before it had begun. */
final class NeverStartedRun implements ShareRun {
  @Override
  public String id() {
    return "dead";
  }

  @Override
  public Progress progress() {
    throw new IllegalStateException("dead");
  }

  @Override
  public CompletableFuture<ShareReport> report() {
    return new CompletableFuture<>();
  }

  @Override
  public void cancel() {}

  @Override
  public void release() {}
}
