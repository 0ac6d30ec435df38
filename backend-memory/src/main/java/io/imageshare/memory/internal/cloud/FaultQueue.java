package io.imageshare.memory.internal.cloud;

import io.imageshare.memory.Chaos;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Chooses the fault that strikes a call: injected ones first, in their order, then by chance. */
final class FaultQueue {
  private final List<Fault> injected = new ArrayList<>();
  private final Chaos chaos;
  private final RandomGenerator random;
  private @Nullable Fault outage;
  private Instant outageEnd = Instant.MIN;

  FaultQueue(Chaos chaos, RandomGenerator random) {
    this.chaos = chaos;
    this.random = random;
  }

  void inject(Fault fault, int times) {
    injected.addAll(Collections.nCopies(times, fault));
  }

  /** The fault that strikes a call itself, or null; an outage strikes all until it ends. */
  @Nullable Fault ofCall(Call.Kind kind, Instant now) {
    if (now.isBefore(outageEnd)) {
      return outage;
    }
    Fault fault = next(kind, Fault.Part.CALL);
    if (fault instanceof Fault.Outage begun) {
      outage = begun;
      outageEnd = now.plus(begun.lasts());
    }
    return fault;
  }

  /** The fault of a part that strikes this call, or null. */
  @Nullable Fault next(Call.Kind kind, Fault.Part part) {
    for (Fault fault : injected) {
      if (strikes(fault, kind, part)) {
        injected.remove(fault);
        return bare(fault);
      }
    }
    return drawn(kind, part);
  }

  private static boolean strikes(Fault fault, Call.Kind kind, Fault.Part part) {
    return fault.part() == part && fault.strikes(kind);
  }

  private static Fault bare(Fault fault) {
    return fault instanceof Fault.Aimed aimed ? aimed.fault() : fault;
  }

  /** One draw decides among all faults of a part. */
  private @Nullable Fault drawn(Call.Kind kind, Fault.Part part) {
    if (chaos.rates().isEmpty()) {
      return null;
    }
    double left = random.nextDouble();
    for (Map.Entry<Fault, Double> rate : chaos.rates().entrySet()) {
      if (strikes(rate.getKey(), kind, part)) {
        left -= rate.getValue();
        if (left < 0) {
          return bare(rate.getKey());
        }
      }
    }
    return null;
  }
}
