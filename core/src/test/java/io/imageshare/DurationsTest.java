package io.imageshare;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.mock;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DurationsTest {
  private static ShareWorkflow.Builder builder() {
    return ShareWorkflow.builder(mock(MemberBackend.class));
  }

  private static final Map<String, List<Consumer<Duration>>> SETTINGS =
      Map.ofEntries(
          Map.entry("first", List.of(PollPolicy::fixed)),
          Map.entry(
              "cap",
              List.of(
                  d -> PollPolicy.backoff(ofSeconds(1), 2, d),
                  d -> RetryPolicy.defaults().backoff(ofSeconds(1), d))),
          Map.entry("patience", List.of(PollPolicy.adaptive()::patience)),
          Map.entry("pollCost", List.of(PollPolicy.adaptive()::pollCost)),
          Map.entry("maxRetryAfter", List.of(RetryPolicy.defaults()::maxRetryAfter)),
          Map.entry("callTimeout", List.of(FlowPolicy.defaults()::callTimeout)),
          Map.entry("silence", List.of(d -> builder().silence(d))),
          Map.entry("every", List.of(d -> builder().takeOver(d, 1))),
          Map.entry("deadline", List.of(d -> builder().deadline(d))),
          Map.entry("closeTimeout", List.of(d -> builder().closeTimeout(d))));

  @Test
  void whatOverflowsInNanosecondsIsRefusedByName() {
    for (Duration tooLong : List.of(ChronoUnit.FOREVER.getDuration(), Duration.ofDays(36_501))) {
      SETTINGS.forEach(
          (name, settings) ->
              settings.forEach(
                  setting ->
                      assertEquals(
                          "%s: %s; it must be positive, and 36500 days at most"
                              .formatted(name, tooLong),
                          assertThrows(
                                  IllegalArgumentException.class, () -> setting.accept(tooLong))
                              .getMessage())));
    }
  }

  @Test
  void aHundredYearsAreTaken() {
    SETTINGS
        .values()
        .forEach(settings -> settings.forEach(setting -> setting.accept(Duration.ofDays(36_500))));
  }
}
