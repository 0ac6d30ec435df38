package io.imageshare.memory;

import io.imageshare.Pacer;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A pacer in memory with a clock of its own. */
final class SharedPacer implements Pacer {
  private static final Duration WAY = Duration.ofMillis(2);

  private final Timekeeper time;
  private Duration behind = Duration.ofSeconds(90);
  private long version;
  private String state = "";

  SharedPacer(Timekeeper time) {
    this.time = time;
  }

  /** How often it was replaced. */
  long version() {
    return version;
  }

  /** Its clock is set back. */
  void setBack(Duration by) {
    behind = behind.plus(by);
  }

  @Override
  public CompletionStage<Snapshot> replace(long version, String state) {
    CompletableFuture<Snapshot> answer = new CompletableFuture<>();
    time.schedule(
        WAY,
        () -> {
          Snapshot now = replaced(version, state);
          time.schedule(WAY, () -> answer.complete(now));
        });
    return answer;
  }

  private Snapshot replaced(long version, String state) {
    if (version == this.version) {
      this.version++;
      this.state = state;
    }
    return new Snapshot(this.version, this.state, time.now().minus(behind));
  }
}
