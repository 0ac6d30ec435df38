package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import io.imageshare.Journal;
import io.imageshare.MemberBackend;
import io.imageshare.Outcome;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs through faults that are cancelled, closed, or reach their deadline at each event in turn:
 * each event heard, each call made, each line written to the journal. {@code -Dimageshare.events=N}
 * takes that many seeds of chaos; {@code -Dimageshare.moments=N} takes runs of that many events
 * too, which take the square of it.
 */
@Timeout(value = 120, threadMode = SEPARATE_THREAD)
class EveryEventTest {
  private static final long NEVER = Long.MAX_VALUE;
  private static final int MOST_MOMENTS = Integer.getInteger("imageshare.moments", 300);
  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration WINDING = Duration.ofSeconds(30);
  private static final Duration CLOSING = Duration.ofSeconds(5);

  /** What the journal takes to note the end. */
  private static final Duration NOTING = Duration.ofMillis(20);

  /** A cloud with its faults, what is asked of it, and by what workflow. */
  private record Scene(
      MemoryBackend cloud, ShareRequest request, boolean staged, Workflows workflows) {
    interface Workflows {
      ShareWorkflow.Builder over(MemberBackend backend);
    }

    static Scene of(FaultScenario scenario) {
      return new Scene(
          scenario.cloud(Timekeeper.virtual()), scenario.request(), true, scenario::workflow);
    }

    static Scene of(long seed) {
      ChaosScenario drawn = ChaosScenario.virtual(seed);
      return new Scene(drawn.cloud, drawn.request, false, drawn::workflow);
    }
  }

  /** A scene that can be set up again and again. */
  private record Stage(String name, boolean journaled, Supplier<Scene> scene) {
    @Override
    public String toString() {
      return name + (journaled ? ", with a journal" : "");
    }
  }

  static List<Stage> stages() {
    List<Stage> stages = new ArrayList<>();
    for (FaultScenario scenario : FaultScenario.values()) {
      add(stages, scenario.name(), () -> Scene.of(scenario));
    }
    int seeds = Integer.getInteger("imageshare.events", 6);
    for (long next = 0; seeds > 0; next++) {
      long seed = next;
      if (Scene.of(seed).request().pairs() <= 100 && moments(seed) <= MOST_MOMENTS) {
        add(stages, "seed " + seed, () -> Scene.of(seed));
        seeds--;
      }
    }
    return stages;
  }

  private static int moments(long seed) {
    Play play = new Play(Scene.of(seed), false);
    try {
      play.run(NEVER, Ending.FINISHED, DAY);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return play.moments.size();
  }

  private static void add(List<Stage> stages, String name, Supplier<Scene> scene) {
    stages.add(new Stage(name, false, scene));
    stages.add(new Stage(name, true, scene));
  }

  @ParameterizedTest
  @MethodSource("stages")
  void everyEvent(Stage stage) throws InterruptedException {
    Supplier<Scene> scenes = stage.scene();
    Play whole = new Play(scenes.get(), stage.journaled());
    whole.run(NEVER, Ending.FINISHED, DAY);
    assertEquals(Ending.FINISHED, whole.report().ending());
    for (long moment = -1; moment < whole.moments.size(); moment++) {
      cut(scenes, whole, moment, Ending.CANCELLED, DAY);
      cut(scenes, whole, moment, Ending.CLOSED, DAY);
      if (stage.journaled() && moment % 2 == 0) {
        cancelledIsCancelled(scenes, moment);
      }
    }
    TreeSet<Duration> times = new TreeSet<>();
    for (Moment moment : whole.moments) {
      times.add(Duration.between(whole.began, moment.at()));
      times.add(Duration.between(whole.began, moment.at()).plusNanos(1));
    }
    times.remove(Duration.ZERO);
    for (Duration deadline : times) {
      cut(scenes, whole, NEVER, Ending.DEADLINE, deadline);
    }
  }

  private static void cut(
      Supplier<Scene> scenes, Play whole, long moment, Ending ending, Duration deadline) {
    Play play = new Play(scenes.get(), whole.journaled);
    try {
      play.run(moment, ending, deadline);
      play.checkCutShort(ending, whole);
      play.checkAfterwards(whole);
    } catch (Throwable e) {
      fail(ending + " at moment " + moment + ", deadline " + deadline + ": " + e, e);
    }
  }

  /** Closed in the midst of winding down, it is resumed for its last calls only. */
  private static void cancelledIsCancelled(Supplier<Scene> scenes, long moment) {
    for (long more = 1; more <= 5; more += 4) {
      Play play = new Play(scenes.get(), true);
      try {
        play.closeAfterwards(more);
        play.run(moment, Ending.CANCELLED, DAY);
        play.checkNothingIsWrittenByTheNext();
      } catch (Throwable e) {
        fail("cancelled at moment " + moment + ", closed " + more + " later: " + e, e);
      }
    }
  }

  /** A moment of a run: something was heard, called, or written. */
  private record Moment(Instant at, boolean isCall) {}

  /** A run in a scene, and what was seen of it. */
  private static final class Play {
    final boolean journaled;
    final Instant began;
    final List<Moment> moments = new ArrayList<>();
    private final Scene scene;
    private final MemoryBackend cloud;
    private final Timekeeper time;
    private final ReportChecker checker;
    private final SharedJournal journal;
    private final List<ShareEvent> heard = new ArrayList<>();
    private final List<ShareReport> reports = new ArrayList<>();
    private long actAt = NEVER;
    private long closeAfter = NEVER;
    private Runnable act = () -> {};
    private Runnable close = () -> {};

    /** How many calls there were when it was cut short. */
    private int made = Integer.MAX_VALUE;

    private Instant cut = Instant.MAX;
    private Instant ended = Instant.MAX;

    Play(Scene scene, boolean journaled) {
      this.scene = scene;
      this.journaled = journaled;
      cloud = scene.cloud();
      time = cloud.time();
      began = time.now();
      checker = new ReportChecker(cloud, scene.request());
      journal = new SharedJournal(time);
    }

    ShareReport report() {
      return reports.get(0);
    }

    private void pass(boolean isCall) {
      if (moments.size() == actAt) {
        act(isCall);
      }
      if (closeAfter != NEVER && moments.size() == actAt + closeAfter) {
        close.run();
      }
      moments.add(new Moment(time.now(), isCall));
    }

    void closeAfterwards(long moments) {
      closeAfter = moments;
    }

    private void act(boolean inACall) {
      made = cloud.calls().size() + (inACall ? 1 : 0);
      cut = time.now();
      act.run();
    }

    private ShareWorkflow workflow(Duration deadline) {
      ShareWorkflow.Builder builder =
          scene
              .workflows()
              .over(new CrashingBackend(cloud, KillSwitch.never(), (kind, about) -> pass(true)))
              .listener(
                  event -> {
                    heard.add(event);
                    pass(false);
                  })
              .deadline(deadline);
      return journaled
          ? builder.journal(observed(journal.seenBy("process", KillSwitch.never()))).build()
          : builder.build();
    }

    private Journal observed(Journal journal) {
      return new ForwardingJournal(journal) {
        @Override
        public CompletionStage<Boolean> append(
            String run, long epoch, long first, List<String> entries) {
          pass(false);
          return super.append(run, epoch, first, entries);
        }
      };
    }

    /** Runs to the report, and on until nothing happens any more. */
    void run(long moment, Ending by, Duration deadline) throws InterruptedException {
      ShareWorkflow workflow = workflow(deadline);
      ShareRun run = workflow.start(scene.request());
      actAt = moment;
      close = workflow::close;
      act = by == Ending.CLOSED ? workflow::close : run::cancel;
      if (moment < 0) {
        act(false);
      }
      if (by == Ending.DEADLINE) {
        cut = began.plus(deadline);
      }
      reports.add(run.report().join());
      ended = time.now();
      int calls = cloud.calls().size();
      int events = heard.size();
      time.sleep(Duration.ofHours(2));
      assertEquals(calls, cloud.calls().size(), "calls after the report");
      assertEquals(events, heard.size(), "events after the report");
    }

    /** Whether it goes on after a moment, or at a time, unless it is cut short there. */
    private boolean goesOn(long moment, Instant at) {
      for (int m = 0; m < moments.size(); m++) {
        Moment later = moments.get(m);
        if (later.isCall() && m > moment && !later.at().isBefore(at)) {
          return true;
        }
      }
      return false;
    }

    void checkCutShort(Ending ending, Play whole) {
      List<Call> calls = cloud.calls();
      if (ending == Ending.DEADLINE) {
        made = (int) calls.stream().filter(call -> call.begun().isBefore(cut)).count();
      }
      Duration took = Duration.between(cut, ended);
      boolean wasOver =
          !whole.goesOn(actAt == NEVER ? -1 : actAt, cut) || took.compareTo(NOTING) <= 0;
      if (report().ending() != Ending.FINISHED || !wasOver) {
        assertEquals(ending, report().ending());
      }
      Duration limit = (ending == Ending.CLOSED ? CLOSING : WINDING).plus(NOTING);
      assertTrue(took.compareTo(limit) <= 0, "it took " + took);
      checkLastCalls(since(made), ending);
      ShareEvent last = heard.get(heard.size() - 1);
      assertSame(report(), ((ShareEvent.Finished) last).report());
      assertEquals(1, heard.stream().filter(ShareEvent.Finished.class::isInstance).count());
      checker.checkOutcomes(report());
      checker.checkJobsAreNamed(report(), ended);
    }

    /** What was begun in the very moment is none of the last calls, unless it writes. */
    private void checkLastCalls(List<Call> calls, Ending ending) {
      Set<String> about = new HashSet<>();
      for (Call call : calls) {
        assertFalse(call.kind() == Call.Kind.SUBMIT, () -> "written after it: " + call);
        assertFalse(ending == Ending.CLOSED, () -> "called after it: " + call);
        assertTrue(
            call.begun().equals(cut) || about.add(call.kind() + call.id()),
            () -> "called twice: " + call);
      }
    }

    /** Only a closed run is left to be resumed, and then comes to what it would have come to. */
    void checkAfterwards(Play whole) {
      boolean left = journaled && report().ending() == Ending.CLOSED;
      assertEquals(left, !journal.isEmpty(), "whether it is in the journal");
      if (!left) {
        return;
      }
      actAt = NEVER;
      try (ShareWorkflow workflow = workflow(DAY)) {
        ShareReport finished = workflow.resume().get(0).report().join();
        assertEquals(Ending.FINISHED, finished.ending());
        checker.checkOutcomes(finished);
        assertTrue(journal.isEmpty(), "a finished run is still in the journal");
        if (scene.staged()) {
          checker.checkNothingIsSentTwice();
          finished.outcomes().forEach(outcome -> checkSame(outcome, whole));
        }
      }
    }

    void checkNothingIsWrittenByTheNext() {
      checkLastCalls(since(made), Ending.CANCELLED);
      actAt = NEVER;
      closeAfter = NEVER;
      int before = cloud.calls().size();
      try (ShareWorkflow workflow = workflow(DAY)) {
        List<ShareRun> resumed = workflow.resume();
        assertEquals(report().ending() == Ending.CLOSED, !resumed.isEmpty());
        for (ShareRun run : resumed) {
          ShareReport again = run.report().join();
          assertEquals(Ending.CANCELLED, again.ending());
          checker.checkOutcomes(again);
          checkLastCalls(since(before), Ending.CANCELLED);
        }
      }
      assertTrue(journal.isEmpty(), "a cancelled run is still in the journal");
    }

    private List<Call> since(int call) {
      List<Call> calls = cloud.calls();
      return calls.subList(Math.min(call, calls.size()), calls.size());
    }

    private void checkSame(Outcome outcome, Play whole) {
      Outcome before = whole.report().outcome(outcome.member());
      assertSame(before.getClass(), outcome.getClass(), () -> "was " + before + ", is " + outcome);
    }
  }
}
