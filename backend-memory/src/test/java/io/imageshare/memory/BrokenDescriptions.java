package io.imageshare.memory;

import com.google.common.collect.Maps;
import io.imageshare.Image;
import io.imageshare.MemberBackend;
import io.imageshare.memory.BrokenBackends.Broken;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** Backends that each break one rule of the contract on descriptions. */
final class BrokenDescriptions {
  static final List<Broken> ALL =
      List.of(
          new Broken("M4", good -> tells(good, (asked, told) -> ofEach(asked)), "does not know"),
          new Broken(
              "M4",
              good -> tells(good, (asked, told) -> told.isEmpty() ? told : ofEach(Set.of("other"))),
              "descriptions of [image-1, image-2] alone"),
          new Broken(
              "M4",
              good -> tells(good, (asked, told) -> asked.size() > 1 ? Map.of() : told),
              "one by one"),
          new Broken(
              "M4",
              good ->
                  BrokenBackends.inTurns(
                      good, () -> tells(good, (asked, told) -> ofEach(told.keySet()))),
              "no obstacle for image-"),
          new Broken(
              "M4",
              good -> tells(good, (asked, told) -> ofEach(told.keySet())),
              "no obstacle for image-"),
          new Broken(
              "M5",
              good -> tells(good, (asked, told) -> Maps.transformValues(told, i -> unshared())),
              "image-1, which was just shared, not to be described as unshared"),
          new Broken("M3", BrokenDescriptions::cached, "after it was removed from an earlier"),
          new Broken("M3", BrokenDescriptions::live, "after later calls"));

  private BrokenDescriptions() {}

  private static Map<String, Image> ofEach(Set<String> images) {
    Map<String, Image> all = new HashMap<>();
    images.forEach(id -> all.put(id, image(Image.Sharing.UNKNOWN, Image.Obstacle.UNREADY)));
    return all;
  }

  private static Image unshared() {
    return image(Image.Sharing.UNSHARED, Image.Obstacle.NONE);
  }

  private static Image image(Image.Sharing sharing, Image.Obstacle obstacle) {
    return new Image("", "", "", false, sharing, obstacle);
  }

  private static MemberBackend cached(MemberBackend good) {
    Map<Set<String>, Map<String, Image>> cache = new HashMap<>();
    return tells(
        good, (asked, told) -> cache.computeIfAbsent(told.keySet(), ids -> new HashMap<>(told)));
  }

  private static MemberBackend live(MemberBackend good) {
    Map<String, Image> live = new HashMap<>();
    return tells(
        good,
        (asked, told) -> {
          live.clear();
          live.putAll(told);
          return live;
        });
  }

  private static MemberBackend tells(
      MemberBackend good, BiFunction<Set<String>, Map<String, Image>, Map<String, Image>> other) {
    return BrokenBackends.described(
        good, images -> good.describe(images).thenApply(told -> other.apply(images, told)));
  }
}
