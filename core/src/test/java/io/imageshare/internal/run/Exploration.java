package io.imageshare.internal.run;

import io.imageshare.internal.run.ModelLoop.Setting;
import io.imageshare.internal.run.ModelLoop.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Walks through the states that one run can reach: first all in which nothing goes wrong, then
 * those with one thing wrong, and so on. A state that was seen before, with fewer wrong things, is
 * not gone on from.
 */
final class Exploration {

  /** Within so many steps every run is over. */
  private static final int STEPS = 400;

  /** How a state was reached: by which step from another, and by how many from the first. */
  private record Reached(@Nullable Reached from, int step, int steps) {}

  private static final class Frame {
    final Reached state;
    final List<Step> steps;
    final @Nullable Snapshot snapshot;
    int next;

    Frame(ModelLoop loop, Reached state) {
      this.state = state;
      steps = loop.steps();
      snapshot = steps.stream().filter(s -> !s.isWrong()).count() > 1 ? Snapshot.of(loop) : null;
    }
  }

  private final Setting setting;
  private final long limit;
  private final Longs seen = new Longs();
  private List<Reached> layer = new ArrayList<>();
  private long transitions;
  private long ends;
  private int complete = -1;

  /**
   * @param limit how many states are enough; 0: only all are
   */
  Exploration(Setting setting, long limit) {
    this.setting = setting;
    this.limit = limit == 0 ? Long.MAX_VALUE : limit;
  }

  /** Explores what can be reached with so many wrong things at most. */
  void explore(int wrongThings) {
    ModelLoop first = new ModelLoop(setting);
    Reached root = new Reached(null, -1, 0);
    seen.add(Fingerprint.of(first));
    layer.add(root);
    walk(first, root);
    for (int wrong = 1; wrong <= wrongThings && !isEnough(); wrong++) {
      complete++;
      List<Reached> before = layer;
      layer = new ArrayList<>();
      Collections.shuffle(before, new Random(wrong)); // where it ends early, it has been everywhere
      for (Reached state : before) {
        goWrong(state);
        if (isEnough()) {
          return;
        }
      }
    }
    complete += isEnough() ? 0 : 1;
  }

  private boolean isEnough() {
    return seen.size() >= limit;
  }

  /** Takes each wrong step from a state, and goes on from there without another. */
  private void goWrong(Reached state) {
    ModelLoop loop = reach(state);
    if (loop.isOver()) {
      return;
    }
    List<Step> steps = loop.steps();
    Snapshot snapshot = Snapshot.of(loop);
    for (int s = 0; s < steps.size() && !isEnough(); s++) {
      if (steps.get(s).isWrong()) {
        snapshot.restore();
        Reached next = step(loop, state, steps, s);
        if (next != null) {
          walk(loop, next);
        }
      }
    }
  }

  /** Goes on from a state in every order, as long as nothing goes wrong. */
  private void walk(ModelLoop loop, Reached from) {
    Deque<Frame> stack = new ArrayDeque<>();
    stack.push(new Frame(loop, from));
    while (!stack.isEmpty() && !isEnough()) {
      Frame frame = stack.element();
      int s = frame.next++;
      if (s == frame.steps.size()) {
        stack.pop();
      } else if (!frame.steps.get(s).isWrong()) {
        if (frame.snapshot != null) {
          frame.snapshot.restore();
        }
        Reached next = step(loop, frame.state, frame.steps, s);
        if (next != null) {
          stack.push(new Frame(loop, next));
        }
      }
    }
  }

  /** Takes a step; null if it leads where others have led. */
  private @Nullable Reached step(ModelLoop loop, Reached from, List<Step> steps, int step) {
    transitions++;
    try {
      if (from.steps() == STEPS) {
        throw new ModelLoop.Broken("the run does not end");
      }
      steps.get(step).happens().run();
    } catch (RuntimeException e) {
      String trace = String.join("\n  ", trace(from));
      throw new AssertionError(
          "%s: %s%n  %s%n  %s"
              .formatted(setting, e.getMessage(), trace, steps.get(step).text().get()),
          e);
    }
    if (!seen.add(Fingerprint.of(loop))) {
      return null;
    }
    ends += loop.isOver() ? 1 : 0;
    Reached next = new Reached(from, step, from.steps() + 1);
    layer.add(next);
    return next;
  }

  private static List<Integer> path(Reached state) {
    List<Integer> path = new ArrayList<>();
    for (Reached r = state; r.from() != null; r = r.from()) {
      path.add(0, r.step());
    }
    return path;
  }

  private ModelLoop reach(Reached state) {
    ModelLoop loop = new ModelLoop(setting);
    path(state).forEach(step -> loop.steps().get(step).happens().run());
    return loop;
  }

  private List<String> trace(Reached state) {
    List<String> trace = new ArrayList<>();
    ModelLoop loop = new ModelLoop(setting);
    for (int s : path(state)) {
      Step step = loop.steps().get(s);
      trace.add((step.isWrong() ? "! " : "") + step.text().get());
      step.happens().run();
    }
    return trace;
  }

  @Override
  public String toString() {
    return "%,9d states, %,10d transitions, %,8d ends, all with %d wrong things: %s"
        .formatted(seen.size(), transitions, ends, complete, setting);
  }

  /** A set of hashes. */
  private static final class Longs {
    private long[] table = new long[1 << 16];
    private int size;

    boolean add(long hash) {
      long value = hash == 0 ? 1 : hash;
      if (2 * size >= table.length) {
        long[] old = table;
        table = new long[2 * old.length];
        for (long other : old) {
          if (other != 0) {
            table[place(other)] = other;
          }
        }
      }
      int place = place(value);
      if (table[place] == value) {
        return false;
      }
      table[place] = value;
      size++;
      return true;
    }

    private int place(long value) {
      int place = (int) (value >>> 20) & (table.length - 1);
      while (table[place] != 0 && table[place] != value) {
        place = (place + 1) & (table.length - 1);
      }
      return place;
    }

    int size() {
      return size;
    }
  }
}
