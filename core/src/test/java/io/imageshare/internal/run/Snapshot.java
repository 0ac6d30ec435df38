package io.imageshare.internal.run;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.HashMultimap;
import com.google.common.collect.Multimap;
import io.imageshare.internal.poll.JobObservations;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What all objects that can be reached from one hold, to be put back in place: a state of the
 * engine has no copy. Records and what is immutable are left alone, and so is what the policies of
 * the explored runs make no use of.
 */
final class Snapshot {
  private final List<Runnable> restores = new ArrayList<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>(512));

  private Snapshot() {}

  static Snapshot of(Object root) {
    Snapshot snapshot = new Snapshot();
    snapshot.visit(root);
    snapshot.seen.clear();
    return snapshot;
  }

  void restore() {
    restores.forEach(Runnable::run);
  }

  private void visit(@Nullable Object object) {
    if (object == null
        || object instanceof Record
        || object instanceof Enum
        || object instanceof String
        || object instanceof Number
        || object instanceof JobObservations
        || !seen.add(object)) {
      return;
    }
    List<Fields.Named> fields = Fields.of(object.getClass());
    if (!fields.isEmpty()) {
      fields(object, fields);
    } else if (object instanceof BitSet bits) {
      BitSet copy = (BitSet) bits.clone();
      restores.add(
          () -> {
            bits.clear();
            bits.or(copy);
          });
    } else if (object instanceof Multimap<?, ?> map) {
      multimap(map);
    } else if (object instanceof Map<?, ?> map) {
      map(map);
    } else if (object instanceof Collection<?> collection) {
      collection(collection);
    } else if (object.getClass().isArray()) {
      array(object);
    }
  }

  private <K, V> void multimap(Multimap<K, V> map) {
    if (map.isEmpty()) {
      restores.add(map::clear);
      return;
    }
    Multimap<K, V> copy =
        map instanceof ArrayListMultimap ? ArrayListMultimap.create(map) : HashMultimap.create(map);
    restores.add(
        () -> {
          map.clear();
          map.putAll(copy);
        });
  }

  private <K, V> void map(Map<K, V> map) {
    map.forEach(
        (key, value) -> {
          visit(key);
          visit(value);
        });
    if (isMutable(map)) {
      if (map.isEmpty()) {
        restores.add(map::clear);
        return;
      }
      Map<K, V> copy = new LinkedHashMap<>(map);
      restores.add(
          () -> {
            map.clear();
            map.putAll(copy);
          });
    }
  }

  private <E> void collection(Collection<E> collection) {
    collection.forEach(this::visit);
    if (isMutable(collection)) {
      if (collection.isEmpty()) {
        restores.add(collection::clear);
        return;
      }
      List<E> copy = List.copyOf(collection);
      restores.add(
          () -> {
            collection.clear();
            collection.addAll(copy);
          });
    }
  }

  private static boolean isMutable(Object collection) {
    String type = collection.getClass().getName();
    return !type.startsWith("java.util.ImmutableCollections")
        && !type.startsWith("java.util.Collections");
  }

  private void array(Object array) {
    int length = Array.getLength(array);
    Object copy = Array.newInstance(array.getClass().getComponentType(), length);
    System.arraycopy(array, 0, copy, 0, length);
    restores.add(() -> System.arraycopy(copy, 0, array, 0, length));
    if (array instanceof Object[] objects) {
      for (Object object : objects) {
        visit(object);
      }
    }
  }

  private void fields(Object object, List<Fields.Named> fields) {
    Object[] values = new Object[fields.size()];
    boolean isFinal = true;
    for (int f = 0; f < values.length; f++) {
      values[f] = fields.get(f).of(object);
      isFinal &= fields.get(f).isFinal();
      visit(values[f]);
    }
    if (!isFinal) {
      restores.add(
          () -> {
            for (int f = 0; f < values.length; f++) {
              if (!fields.get(f).isFinal()) {
                fields.get(f).put(object, values[f]);
              }
            }
          });
    }
  }
}
