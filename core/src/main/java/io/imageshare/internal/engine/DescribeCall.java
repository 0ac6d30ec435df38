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
 * The call that describes the images of a run. It only saves writes, so it is not repeated: if it
 * fails, the run continues without descriptions.
 */
final class DescribeCall implements Call<Map<String, Image>> {
  private final RunLoop run;
  private final Set<String> images;
  private final Consumer<Map<String, Image>> then;

  /**
   * @param then takes the descriptions; empty if the call failed
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
  public boolean isWanted() {
    return run.isRunning();
  }

  @Override
  public boolean isRepeatable() {
    return false;
  }

  @Override
  public CompletionStage<Map<String, Image>> make() {
    return run.context().backend().describe(images);
  }

  @Override
  public void answered(Map<String, Image> described) {
    if (isWanted()) {
      then.accept(described);
    }
  }

  @Override
  public void failed(Reason reason, Duration retryAfter) {
    answered(Map.of());
  }
}
