package io.imageshare.internal.engine;

import io.imageshare.Image;
import io.imageshare.Reason;
import io.imageshare.internal.flow.Call;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Asks for a description of the images of a run, in one call. It can spare writes and do no more,
 * so that it is not worth a second one: if it fails, the run goes on without.
 */
final class DescribeCall implements Call<Map<String, Image>> {
  private final RunLoop run;
  private final Set<String> images;
  private final Consumer<Map<String, Image>> then;

  /**
   * @param then takes what was told; nothing if it failed
   */
  DescribeCall(RunLoop run, Set<String> images, Consumer<Map<String, Image>> then) {
    this.run = run;
    this.images = new LinkedHashSet<>(images);
    this.then = then;
  }

  @Override
  public Kind kind() {
    return Kind.READ;
  }

  @Override
  public String subject() {
    return "%d images".formatted(images.size());
  }

  @Override
  public RunLoop owner() {
    return run;
  }

  @Override
  public boolean wanted() {
    return run.isGoing();
  }

  @Override
  public boolean repeats() {
    return false;
  }

  @Override
  public CompletionStage<Map<String, Image>> make() {
    return run.context().backend().describe(images);
  }

  @Override
  public void answered(Map<String, Image> told) {
    if (wanted()) {
      then.accept(told);
    }
  }

  @Override
  public void failed(Reason reason, Duration retryAfter) {
    answered(Map.of());
  }
}
