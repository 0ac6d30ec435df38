package io.imageshare.memory;

import static io.imageshare.memory.Caller.breach;

import io.imageshare.Image;
import io.imageshare.memory.Caller.Answer;
import io.imageshare.memory.Caller.Area;
import io.imageshare.memory.Caller.Skipped;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** How the rule of {@link BackendContract} on descriptions of images is checked. */
final class DescriptionChecks {
  private DescriptionChecks() {}

  static void describe(Caller caller) {
    Area area = caller.area(2, 1);
    Map<String, Image> none = told(caller, Set.of(caller.unknownImage()));
    caller.shareAll(area);
    Set<String> asked = new LinkedHashSet<>(area.images());
    asked.add(caller.unknownImage());
    Map<String, Image> told = told(caller, asked);
    Map<String, Image> oneByOne = new HashMap<>(none);
    area.images().forEach(image -> oneByOne.putAll(told(caller, Set.of(image))));
    if (!none.isEmpty() || !area.images().containsAll(told.keySet())) {
      throw breach(
          "descriptions of " + area.images() + " alone",
          told + ", and " + none + " of an image that the service does not know",
          "which images of the service's list are taken over");
    }
    if (!oneByOne.equals(told)) {
      throw breach(
          told + " one by one as well",
          oneByOne.toString(),
          "how the pages of a list of images are read");
    }
    told.forEach(
        (id, image) -> {
          if (image.obstacle() != Image.Obstacle.NONE) {
            throw breach(
                "no obstacle for " + id + ", which was just shared",
                image.toString(),
                "what is taken for an obstacle; what is not certain is none");
          }
        });
  }

  private static Map<String, Image> told(Caller caller, Set<String> images) {
    Answer<Map<String, Image>> answer =
        caller.answer("describe(" + images + ")", () -> caller.backend().describe(images));
    if (answer.cannotList()) {
      throw new Skipped("images cannot be described: " + answer.seen());
    }
    return answer.given();
  }
}
