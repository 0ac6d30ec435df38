package io.imageshare.internal.run;

import com.google.common.collect.ListMultimap;
import com.google.common.collect.Multimap;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Verdict;
import java.lang.reflect.Array;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A hash of 64 bits over all that decides what a run does next. Times count by how long ago they
 * were, and no further back than the engine looks; what is over and looked at no more is left out.
 */
final class Fingerprint {
  /** What has no say in what comes next, or is the same in all states of one exploration. */
  private static final Set<String> LEFT_OUT =
      Set.of(
          "ModelLoop.now",
          "ModelLoop.setting",
          "ModelLoop.terms",
          "RunModel.now",
          "RunModel.clock",
          "RunModel.deadline",
          "RunModel.terms",
          "RunModel.requests",
          "RunModel.jobs",
          "RunState.end",
          "JobPoller.policy",
          "JobPoller.random",
          "JobPoller.observations",
          "JobPoller.polls",
          "Submission.place");

  private static final ClassValue<List<Fields.Named>> FIELDS =
      new ClassValue<>() {
        @Override
        protected List<Fields.Named> computeValue(Class<?> type) {
          return Fields.of(type).stream().filter(f -> !LEFT_OUT.contains(f.name())).toList();
        }
      };

  private final IdentityHashMap<Object, Integer> seen = new IdentityHashMap<>(512);
  private final long now;
  private final Instant clock;

  private Fingerprint(ModelLoop loop) {
    now = loop.now;
    clock = loop.clock();
  }

  static long of(ModelLoop loop) {
    return new Fingerprint(loop).object(loop);
  }

  private static long mix(long hash, long next) {
    long mixed = (hash ^ next) * 0x9E3779B97F4A7C15L;
    mixed ^= mixed >>> 29;
    mixed *= 0xBF58476D1CE4E5B9L;
    return mixed ^ (mixed >>> 32);
  }

  private long object(@Nullable Object object) {
    if (object == null) {
      return 1;
    } else if (object instanceof String || object instanceof Boolean) {
      return mix(2, object.hashCode());
    } else if (object instanceof Double number) {
      return mix(3, Double.doubleToLongBits(number));
    } else if (object instanceof Character letter) {
      return mix(4, letter);
    } else if (object instanceof Number number) {
      return mix(5, number.longValue());
    } else if (object instanceof Enum<?> constant) {
      return mix(6, constant.name().hashCode());
    } else if (object instanceof Instant instant) {
      return mix(7, Duration.between(instant, clock).toNanos());
    } else if (object instanceof BitSet bits) {
      long hash = 8;
      for (long word : bits.toLongArray()) {
        hash = mix(hash, word);
      }
      return hash;
    } else if (object instanceof Record || object instanceof Class) {
      return compound(object);
    }
    Integer before = seen.putIfAbsent(object, seen.size());
    return before == null ? compound(object) : mix(9, before);
  }

  private long compound(Object object) {
    long hash = 10;
    List<Fields.Named> fields = FIELDS.get(object.getClass());
    if (!fields.isEmpty()) {
      return own(object, fields);
    } else if (object instanceof ListMultimap<?, ?> map) {
      for (Map.Entry<?, ? extends Collection<?>> entry : map.asMap().entrySet()) {
        hash += mix(object(entry.getKey()), inOrder(entry.getValue()));
      }
      return hash;
    } else if (object instanceof Multimap<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entries()) {
        hash += mix(object(entry.getKey()), object(entry.getValue()));
      }
      return hash;
    } else if (object instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        hash += mix(object(entry.getKey()), object(entry.getValue()));
      }
      return hash;
    } else if (object instanceof List<?> || object instanceof ArrayDeque<?>) {
      return inOrder((Collection<?>) object);
    } else if (object instanceof Collection<?> collection) {
      for (Object element : collection) {
        hash += mix(11, object(element));
      }
      return hash;
    } else if (object.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(object); i++) {
        hash = mix(hash, object(Array.get(object, i)));
      }
      return hash;
    }
    return hash;
  }

  private long inOrder(Collection<?> collection) {
    long hash = 12;
    for (Object element : collection) {
      hash = mix(hash, object(element));
    }
    return hash;
  }

  /** A settled pair counts by the kind of its verdict. */
  private static long table(PairTable table) {
    long hash = 13;
    List<Verdict> verdicts = table.verdicts();
    for (int i = 0; i < table.images(); i++) {
      for (int r = 0; r < table.recipients(); r++) {
        int verdict = table.verdict(i, r);
        hash = mix(hash, verdict < 0 ? 0 : kind(verdicts.get(verdict)));
        hash = mix(hash, table.isOpen(i, r) ? 1 : table.isUnderWay(i, r) ? 2 : 3);
        hash = mix(hash, verdict < 0 ? table.asks(i, r) : 0);
        hash = mix(hash, table.isTouched(i, r) ? 1 : 0);
      }
    }
    return hash;
  }

  private static int kind(Verdict verdict) {
    return verdict instanceof Verdict.Done ? 1 : verdict instanceof Verdict.Failed ? 2 : 3;
  }

  private long over(Submission submission) {
    long hash = mix(14, object(submission.slice));
    hash = mix(hash, object(submission.job));
    hash = mix(hash, object(submission.results));
    return mix(hash, object(submission.unclear));
  }

  private long own(Object object, List<Fields.Named> fields) {
    if (object instanceof PairTable table) {
      return table(table);
    } else if (object instanceof Submission submission
        && submission.state == Submission.State.OVER) {
      return over(submission);
    } else if (object instanceof Survey survey && survey.isOver()) {
      return 15;
    }
    long hash = 16;
    for (Fields.Named field : fields) {
      Object value = field.of(object);
      long part = value instanceof Long time ? time(field.name(), object, time) : object(value);
      hash = mix(hash, part);
    }
    return hash;
  }

  private long time(String field, Object owner, long time) {
    return switch (field) {
      case "Pending.due", "Sender.planAt" -> Math.max(0, time - now);
      case "JobPoller.began" -> Math.min(now - time, ModelLoop.PATIENCE.toNanos());
      case "Audit.firstRead" -> ago(time, 15);
      case "Survey.answered" -> ago(time, 3);
      case "Submission.sentAt" ->
          ((Submission) owner).state == Submission.State.SENT ? ago(time, 5) : 0;
      default -> throw new AssertionError("is this a time? " + field);
    };
  }

  /** How long ago a time was, as far back as the engine looks; -1: it is none. */
  private long ago(long time, int seconds) {
    return time < 0 ? -1 : Math.min(now - time, seconds * 1_000_000_000L);
  }
}
