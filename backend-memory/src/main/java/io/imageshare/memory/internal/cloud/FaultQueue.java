package io.imageshare.memory.internal.cloud;

import io.imageshare.memory.Chaos;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend.Call;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Chooses the fault that strikes a call: injected ones first, in their order, then by chance. */
final class FaultQueue {
  private final List<Waiting> waiting = new ArrayList<>();
  private final Chaos chaos;
  private final RandomGenerator random;

  FaultQueue(Chaos chaos, RandomGenerator random) {
    this.chaos = chaos;
    this.random = random;
  }

  void inject(Fault fault, int times) {
    waiting.add(new Waiting(fault, times));
  }

  /** The fault of a part that strikes this call, or null. */
  @Nullable Fault next(Call.Kind kind, Fault.Part part) {
    Fault fault = injected(kind, part);
    if (fault == null) {
      fault = drawn(kind, part);
    }
    return fault instanceof Fault.Aimed aimed ? aimed.fault() : fault;
  }

  private @Nullable Fault injected(Call.Kind kind, Fault.Part part) {
    for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
      Waiting next = all.next();
      if (next.fault.part() == part && next.fault.strikes(kind)) {
        if (--next.times == 0) {
          all.remove();
        }
        return next.fault;
      }
    }
    return null;
  }

  /** One draw decides among all faults of a part. */
  private @Nullable Fault drawn(Call.Kind kind, Fault.Part part) {
    if (chaos.rates().isEmpty()) {
      return null;
    }
    double left = random.nextDouble();
    for (Map.Entry<Fault, Double> rate : chaos.rates().entrySet()) {
      Fault fault = rate.getKey();
      if (fault.part() == part && fault.strikes(kind)) {
        left -= rate.getValue();
        if (left < 0) {
          return fault;
        }
      }
    }
    return null;
  }

  private static final class Waiting {
    private final Fault fault;
    private int times;

    private Waiting(Fault fault, int times) {
      this.fault = fault;
      this.times = times;
    }
  }
}
