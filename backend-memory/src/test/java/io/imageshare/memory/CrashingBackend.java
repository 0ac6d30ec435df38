package io.imageshare.memory;

import io.imageshare.ShareRequest;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A cloud as seen by a process that may die before and after each call. */
final class CrashingBackend extends ForwardingBackend {
  private final KillSwitch process;
  private final BiConsumer<Kind, String> before;

  /**
   * @param before is told each call before it is made: its kind and what it is about
   */
  CrashingBackend(MemoryBackend cloud, KillSwitch process, BiConsumer<Kind, String> before) {
    super(cloud);
    this.process = process;
    this.before = before;
  }

  CrashingBackend(MemoryBackend cloud, KillSwitch process) {
    this(cloud, process, (kind, about) -> {});
  }

  /**
   * As seen by a process that lives, but may lose its run.
   *
   * @param stray takes its writes while another has the run
   */
  static CrashingBackend ownedBy(
      String name, MemoryBackend cloud, SharedJournal journal, String run, List<String> stray) {
    return new CrashingBackend(
        cloud,
        KillSwitch.never(),
        (kind, about) -> {
          if (kind == Kind.SUBMIT && !name.equals(journal.owner(run))) {
            stray.add(name + " while " + journal.owner(run) + " had the run: " + about);
          }
        });
  }

  @Override
  <T> CompletionStage<T> call(
      Kind kind, @Nullable ShareRequest slice, String id, Supplier<CompletionStage<T>> call) {
    if (process.pass()) {
      before.accept(kind, slice == null ? id : slice.toString());
      CompletionStage<T> answer = call.get();
      if (process.pass()) {
        return answer;
      }
    }
    return new CompletableFuture<>();
  }

  /** Not declared, so that a full image is found out by its refusals. */
  @Override
  public int membersPerImage() {
    return Integer.MAX_VALUE;
  }
}
