package io.imageshare.internal.run;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/** The fields of objects, readable and writable. */
final class Fields {

  /** A field, and its name with that of its class. */
  record Named(String name, Field field, boolean isFinal) {
    Object of(Object owner) {
      try {
        return field.get(owner);
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }

    void put(Object owner, Object value) {
      try {
        field.set(owner, value);
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static final ClassValue<List<Named>> KNOWN =
      new ClassValue<>() {
        @Override
        protected List<Named> computeValue(Class<?> type) {
          return read(type);
        }
      };

  private Fields() {}

  /** Those of a class of this library; any other has none. */
  static List<Named> of(Class<?> type) {
    return KNOWN.get(type);
  }

  private static List<Named> read(Class<?> type) {
    List<Named> fields = new ArrayList<>();
    if (type.getName().startsWith("io.imageshare.") && !type.isHidden()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          String name = type.getSimpleName() + "." + field.getName();
          fields.add(new Named(name, field, Modifier.isFinal(field.getModifiers())));
        }
      }
    }
    return List.copyOf(fields);
  }
}
