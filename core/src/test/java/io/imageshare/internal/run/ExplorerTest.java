package io.imageshare.internal.run;

import io.imageshare.BatchLimits;
import io.imageshare.ShareRequest;
import io.imageshare.internal.run.ModelLoop.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Walks through what can happen to small runs, in every order. */
class ExplorerTest {
  /** The most states of one setting; 0: all there are with three wrong things. */
  private static final int STATES = Integer.getInteger("imageshare.states", 8_000);

  static List<Setting> settings() {
    ShareRequest one = ShareRequest.share(ids(1), ids(1));
    ShareRequest four = ShareRequest.share(ids(2), ids(2));
    List<Setting> settings = new ArrayList<>();
    settings.add(slices(one, 1, 1));
    settings.add(slices(one, 1, 1).prompt().crashing());
    settings.add(slices(ShareRequest.share(ids(1), ids(2)), 1, 2));
    settings.add(slices(ShareRequest.share(ids(1), ids(2)), 1, 2).prompt().crashing());
    settings.add(slices(ShareRequest.unshare(ids(2), ids(1)), 2, 1).prompt());
    settings.add(slices(ShareRequest.share(ids(2), ids(1)), 1, 1).prompt());
    settings.add(slices(ShareRequest.accept(ids(2), ids(2)), 2, 1).prompt());
    settings.add(slices(four, 1, 1).prompt());
    settings.add(slices(four, 1, 2).prompt());
    settings.add(slices(four, 2, 1).prompt());
    settings.add(slices(four, 2, 2).prompt());
    settings.add(slices(four, 2, 2).already(0b0001).prompt());
    return settings;
  }

  private static List<String> ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> "id-" + i).toList();
  }

  private static Setting slices(ShareRequest request, int images, int recipients) {
    return new Setting(request, new BatchLimits(images, recipients, 100), 0, false, false);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void whateverHappensInWhateverOrderThePromisesHold(Setting setting) {
    Exploration exploration = new Exploration(setting, STATES);
    exploration.explore(3);
    System.out.println(exploration);
  }
}
