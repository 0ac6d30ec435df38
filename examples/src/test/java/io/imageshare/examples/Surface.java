package io.imageshare.examples;

import java.io.IOException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The public surface of a package as text: a line for each type, and below it one per member. */
final class Surface {
  private static final Set<String> FROM_OBJECT = Set.of("equals", "hashCode", "toString");

  private Surface() {}

  /** The public top-level types of the package of a class, by name. */
  static List<Class<?>> types(Class<?> anchor) throws IOException, URISyntaxException {
    Path place = Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI());
    String folder = anchor.getPackageName().replace('.', '/');
    if (Files.isDirectory(place)) {
      return types(anchor, place.resolve(folder));
    }
    try (FileSystem jar = FileSystems.newFileSystem(place)) {
      return types(anchor, jar.getPath(folder));
    }
  }

  private static List<Class<?>> types(Class<?> anchor, Path folder) throws IOException {
    List<Class<?>> types = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted(Comparator.comparing(Path::toString)).toList()) {
        String name = file.getFileName().toString();
        if (name.matches("\\w+\\.class")) {
          types.add(load(anchor.getPackageName() + "." + name.replace(".class", "")));
        }
      }
    }
    types.removeIf(type -> !Modifier.isPublic(type.getModifiers()));
    return types;
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<String> lines(Class<?> type) {
    Stream<String> constants =
        Arrays.stream(type.getDeclaredFields()).filter(Field::isEnumConstant).map(Field::getName);
    Stream<String> fields =
        sorted(type.getDeclaredFields(), field -> !field.isEnumConstant(), Surface::line);
    Stream<String> made =
        sorted(type.getDeclaredConstructors(), one -> !canonical(one), Surface::line);
    Stream<String> methods =
        sorted(type.getDeclaredMethods(), method -> !given(method), Surface::line);
    Stream<String> nested =
        Arrays.stream(type.getDeclaredClasses())
            .filter(inner -> shown(inner.getModifiers()))
            .sorted(Comparator.comparing(Class::getName))
            .flatMap(Surface::lines);
    Stream<String> own =
        Stream.of(constants, fields, made, methods).flatMap(part -> part).map(line -> "  " + line);
    return Stream.of(Stream.of(head(type)), own, nested).flatMap(part -> part);
  }

  private static <T extends Member> Stream<String> sorted(
      T[] members, Predicate<T> wanted, Function<T, String> line) {
    return Arrays.stream(members)
        .filter(member -> !member.isSynthetic() && shown(member.getModifiers()))
        .filter(wanted)
        .sorted(Comparator.comparing((T member) -> member.getName()).thenComparing(line))
        .map(line);
  }

  private static String head(Class<?> type) {
    String modifiers =
        type.isRecord() || type.isEnum() || type.isInterface()
            ? ""
            : Modifier.toString(type.getModifiers() & (Modifier.FINAL | Modifier.ABSTRACT));
    String kind =
        type.isRecord()
            ? "record"
            : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
    boolean heir = !type.isRecord() && !type.isEnum() && !type.isInterface();
    Type above = type.getGenericSuperclass();
    return words(
        modifiers,
        type.isSealed() ? "sealed" : "",
        kind,
        name(type) + (type.isRecord() ? components(type) : ""),
        heir && above != null && above != Object.class ? "extends " + name(above) : "",
        list(type.isInterface() ? "extends " : "implements ", type.getGenericInterfaces()),
        type.isSealed() ? list("permits ", sorted(type.getPermittedSubclasses())) : "");
  }

  /** Sorted, as compilers differ in the order of subclasses that the source does not list. */
  private static Class<?>[] sorted(Class<?>[] types) {
    Class<?>[] sorted = types.clone();
    Arrays.sort(sorted, Comparator.comparing(Class::getName));
    return sorted;
  }

  private static String line(Field field) {
    return words(modifiers(field), name(field.getAnnotatedType()), field.getName());
  }

  private static String line(Constructor<?> made) {
    return words(modifiers(made), made.getDeclaringClass().getSimpleName() + parameters(made));
  }

  private static String line(Method method) {
    String throwing = list("throws ", method.getGenericExceptionTypes());
    String variables =
        method.getTypeParameters().length == 0
            ? ""
            : joined("<", ">", Arrays.asList(method.getTypeParameters()), Type::getTypeName);
    return words(
        method.isDefault() ? "default" : modifiers(method),
        variables,
        name(method.getAnnotatedReturnType()),
        method.getName() + parameters(method),
        throwing);
  }

  private static boolean shown(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  /** Whether the header of the record implies it. */
  private static boolean canonical(Constructor<?> made) {
    Class<?> type = made.getDeclaringClass();
    return type.isRecord()
        && Arrays.equals(
            made.getParameterTypes(),
            Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType).toArray());
  }

  /** Whether every record, enum or object has it. */
  private static boolean given(Method method) {
    Class<?> type = method.getDeclaringClass();
    return FROM_OBJECT.contains(method.getName())
        || (type.isRecord()
            && Arrays.stream(type.getRecordComponents())
                .anyMatch(component -> method.equals(component.getAccessor())))
        || (type.isEnum() && Set.of("values", "valueOf").contains(method.getName()));
  }

  private static String modifiers(Member member) {
    int kept = Modifier.PROTECTED | Modifier.STATIC;
    if (!Modifier.isFinal(member.getDeclaringClass().getModifiers())) {
      kept |= Modifier.FINAL;
    }
    if (!member.getDeclaringClass().isInterface()) {
      kept |= Modifier.ABSTRACT;
    }
    return Modifier.toString(member.getModifiers() & kept);
  }

  private static String components(Class<?> type) {
    return joined(
        "(",
        ")",
        Arrays.asList(type.getRecordComponents()),
        component -> name(component.getAnnotatedType()) + " " + component.getName());
  }

  private static String parameters(Executable executable) {
    String all =
        joined(
            "(",
            ")",
            Arrays.asList(executable.getAnnotatedParameterTypes()),
            parameter -> name(parameter));
    return executable.isVarArgs() ? all.replaceAll("\\[]\\)$", "...)") : all;
  }

  private static String name(AnnotatedType type) {
    return (type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "") + name(type.getType());
  }

  private static String name(Type type) {
    return type.getTypeName().replaceAll("\\b([a-z]\\w*\\.)+", "").replace('$', '.');
  }

  private static String list(String word, Type[] types) {
    return types.length == 0 ? "" : joined(word, "", Arrays.asList(types), Surface::name);
  }

  private static <T> String joined(
      String before, String after, List<T> parts, Function<T, String> text) {
    return parts.stream().map(text).collect(Collectors.joining(", ", before, after));
  }

  private static String words(String... words) {
    return Stream.of(words).filter(word -> !word.isEmpty()).collect(Collectors.joining(" "));
  }
}
