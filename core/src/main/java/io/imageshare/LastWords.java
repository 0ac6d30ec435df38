package io.imageshare;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which runs the end of the JVM cuts short: the engine's thread is a daemon, so a program that
 * does not wait for its runs ends without a word. Nothing is kept of it while no run is under way.
 */
final class LastWords {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);

  private final boolean spoken;
  private final Set<Run> runs = ConcurrentHashMap.newKeySet();
  private @Nullable Thread hook;

  LastWords(Timekeeper time, boolean journaled) {
    // In virtual time a run goes on only while somebody waits; with a journal nothing is lost.
    spoken = !journaled && !(time instanceof VirtualTime);
  }

  /** Called on the engine's thread only, as the next. */
  void begun(Run run) {
    runs.add(run);
    if (spoken && hook == null) {
      Thread made = new Thread(this::speak, "imageshare-last-words");
      hook = isEnding(() -> Runtime.getRuntime().addShutdownHook(made)) ? null : made;
    }
  }

  void ended(Run run) {
    runs.remove(run);
    Thread made = hook;
    if (made != null && runs.isEmpty()) {
      hook = null;
      isEnding(() -> Runtime.getRuntime().removeShutdownHook(made));
    }
  }

  private static boolean isEnding(Runnable change) {
    try {
      change.run();
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  private void speak() {
    Map<String, Long> pending = new TreeMap<>();
    runs.forEach(run -> pending.merge(run.id(), run.progress().pending(), Long::sum));
    pending.forEach(
        (run, pairs) ->
            log.warn(
                "run {}: the JVM ends while {} of its pairs are pending; asking again reads what was"
                    + " done; to see it through, wait for report() before main returns",
                run,
                pairs));
  }
}
