package io.imageshare.internal.report;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.databind.util.StdConverter;
import com.google.common.base.Ascii;
import com.google.common.base.Joiner;
import com.google.common.base.Throwables;
import io.imageshare.Progress;
import io.imageshare.Recipient;
import io.imageshare.ShareReport.Ending;
import io.imageshare.internal.table.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/** Binds documents to records, and names the place where one is wrong. */
public final class JsonBinding {
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addSerializer(Duration.class, ToStringSerializer.instance)
                  .addDeserializer(Instant.class, time(Instant.class, Instant::parse))
                  .addDeserializer(Duration.class, time(Duration.class, Duration::parse)))
          .addMixIn(Ending.class, EndingNames.class)
          .addMixIn(Progress.class, WithPending.class)
          .addMixIn(Recipient.class, ByType.class)
          .addMixIn(Verdict.class, ByOutcome.class)
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // A document that could not be written whole must not look whole.
          .disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              text ->
                  text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .defaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL, Nulls.FAIL))
          .build();

  private static final Map<Class<?>, String> EXPECTED =
      Map.of(
          String.class, "a string",
          boolean.class, "true or false",
          long.class, "a whole number",
          int.class, "a whole number",
          Integer.class, "a whole number",
          Double.class, "a number",
          Instant.class, "a time, such as 2026-01-01T00:00:00Z",
          Duration.class, "a duration, such as PT5S");

  enum EndingNames {
    @JsonAlias("COMPLETE") // of the first builds
    FINISHED
  }

  @JsonPropertyOrder({"total", "done", "failed", "unknown", "pending"})
  interface WithPending {
    @JsonProperty
    long pending();
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
  @JsonSubTypes({
    @JsonSubTypes.Type(name = "done", value = Verdict.Done.class),
    @JsonSubTypes.Type(name = "failed", value = Verdict.Failed.class),
    @JsonSubTypes.Type(name = "unknown", value = Verdict.Unknown.class),
  })
  interface ByOutcome {}

  @JsonSerialize(converter = ToType.class)
  @JsonDeserialize(converter = OfType.class)
  interface ByType {}

  static final class ToType extends StdConverter<Recipient, Map<String, String>> {
    @Override
    public Map<String, String> convert(Recipient recipient) {
      return Map.of(name(recipient.type()), recipient.id());
    }
  }

  static final class OfType extends StdConverter<Map<String, JsonNode>, Recipient> {
    @Override
    public Recipient convert(Map<String, JsonNode> fields) {
      for (Recipient.Type type : Recipient.Type.values()) {
        JsonNode id = fields.get(name(type));
        if (id != null) {
          return new Recipient(type, bind(name(type), id, String.class));
        }
      }
      throw new IllegalArgumentException(
          "expected an object with a \"project\", a \"domain\" or an \"organization\"");
    }
  }

  private JsonBinding() {}

  /** A document on one line. */
  public static String line(Object document) {
    return MAPPER.valueToTree(document).toString();
  }

  /** The constant as documents have it that do not spell it like this library. */
  static String name(Enum<?> constant) {
    return Ascii.toLowerCase(constant.name());
  }

  private static <T> FromStringDeserializer<T> time(Class<T> type, Function<String, T> parser) {
    return new FromStringDeserializer<>(type) {
      @Override
      protected T _deserialize(String text, DeserializationContext context) throws IOException {
        try {
          return parser.apply(text);
        } catch (DateTimeException e) {
          throw context.weirdStringException(text, type, "not a time");
        }
      }
    };
  }

  /**
   * Binds the value at a place of a document, such as {@code jobs[3]}.
   *
   * @throws IllegalArgumentException naming the place that is wrong, what is expected there, and
   *     what is found
   */
  static <T> T bind(String place, JsonNode value, Class<T> type) {
    return bind(place, value, type, MAPPER.reader());
  }

  static <T> T bind(String place, JsonNode value, Class<T> type, ObjectReader reader) {
    try {
      return reader.readValue(value, type);
    } catch (JsonMappingException e) {
      throw wrong(place, value, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a tree is not read from anywhere
    }
  }

  private static IllegalArgumentException wrong(
      String place, JsonNode value, JsonMappingException e) {
    String path = place;
    JsonNode found = value;
    for (JsonMappingException.Reference part : e.getPath()) {
      String name = part.getFieldName();
      path = name == null ? path + "[" + part.getIndex() + "]" : field(path, name);
      found = name == null ? found.path(part.getIndex()) : found.path(name);
    }
    if (e instanceof UnrecognizedPropertyException unknown) {
      return new IllegalArgumentException(
          "%s: not a field of this document; it has %s"
              .formatted(path, Joiner.on(", ").join(new TreeSet<>(unknown.getKnownPropertyIds()))));
    }
    if (e instanceof InvalidTypeIdException) {
      return expected(
          field(path, "outcome"), "\"done\", \"failed\" or \"unknown\"", found.path("outcome"));
    }
    return e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null
        ? expected(path, expected(mismatch.getTargetType()), found)
        : new IllegalArgumentException(path + ": " + Throwables.getRootCause(e).getMessage(), e);
  }

  private static String field(String place, String name) {
    return place.isEmpty() ? name : place + "." + name;
  }

  private static String expected(Class<?> type) {
    return type.isEnum()
        ? "one of " + Arrays.toString(type.getEnumConstants())
        : EXPECTED.getOrDefault(
            type, Collection.class.isAssignableFrom(type) ? "an array" : "an object");
  }

  /** What a document has at a place instead of what it should. */
  static IllegalArgumentException expected(String place, String right, JsonNode found) {
    String what =
        found.isMissingNode()
            ? "nothing"
            : found.isContainerNode()
                ? "an " + Ascii.toLowerCase(found.getNodeType().name())
                : Ascii.truncate(found.toString(), 63, "...");
    return new IllegalArgumentException(
        "%s: expected %s, found %s".formatted(place.isEmpty() ? "document" : place, right, what));
  }

  /** What is wrong with a text that is no JSON, and where. */
  static String notJson(JsonProcessingException e) {
    JsonLocation at = e.getLocation(); // null: it is too deep or too long for the parser
    String where =
        at == null ? "" : ", at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
    return e.getOriginalMessage() + where;
  }

  /** Makes a value by a constructor that checks, and adds the place to what it finds wrong. */
  static <T> T checked(String place, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
    }
  }
}
