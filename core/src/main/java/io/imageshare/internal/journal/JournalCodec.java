package io.imageshare.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.util.StdConverter;
import com.google.common.hash.Hashing;
import io.imageshare.BatchLimits;
import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.internal.table.IndexRanges;
import io.imageshare.internal.table.Slice;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;

/**
 * Entries as JSON objects, one a line. The first field is a checksum of the rest; unknown fields
 * are ignored, so that a later release may add what an earlier one can do without.
 */
final class JournalCodec {
  static final int VERSION = 3;
  private static final String HEAD = "{\"sum\":\"";
  private static final int REST = HEAD.length() + 10;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addMixIn(Instant.class, AsText.class)
          .addMixIn(ShareRequest.class, AsDocument.class)
          .addMixIn(Reason.class, AsArray.class)
          .addMixIn(BatchLimits.class, AsArray.class)
          .addMixIn(Slice.class, AsRanges.class)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .defaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL, Nulls.FAIL))
          .build();

  /** Of this and the next types the annotations count, for the types that they are mixed into. */
  abstract static class AsText {
    @JsonCreator
    static Instant parse(CharSequence text) {
      return Instant.parse(text);
    }

    @JsonValue
    @Override
    public abstract String toString();
  }

  abstract static class AsDocument {
    @JsonCreator
    static ShareRequest fromJson(String json) {
      return ShareRequest.fromJson(json);
    }

    @JsonValue
    abstract String toJson();
  }

  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  interface AsArray {}

  interface AsRanges {
    @JsonSerialize(converter = ToRanges.class)
    @JsonDeserialize(converter = OfRanges.class)
    List<Integer> images();

    @JsonSerialize(converter = ToRanges.class)
    @JsonDeserialize(converter = OfRanges.class)
    List<Integer> recipients();
  }

  private static final class ToRanges extends StdConverter<List<Integer>, String> {
    @Override
    public String convert(List<Integer> indices) {
      return IndexRanges.toText(indices);
    }
  }

  private static final class OfRanges extends StdConverter<String, List<Integer>> {
    @Override
    public List<Integer> convert(String ranges) {
      return IndexRanges.ofText(ranges);
    }
  }

  private JournalCodec() {}

  static String write(JournalEntry entry) {
    try {
      String rest = MAPPER.writeValueAsString(entry).substring(1);
      return HEAD + sum(rest) + "\"," + rest;
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // no disk is involved, and every entry can be written
    }
  }

  /**
   * Reads a line.
   *
   * @throws IllegalStateException if it is damaged, or of a newer version
   */
  static JournalEntry read(String text) {
    String rest = text.length() < REST ? "" : text.substring(REST);
    if (!text.startsWith(HEAD) || !text.startsWith(sum(rest) + "\",", HEAD.length())) {
      throw new IllegalStateException("damaged: it does not match its checksum");
    }
    try {
      JsonNode object = MAPPER.readTree("{" + rest);
      if (object.path("version").asInt() > VERSION) {
        throw new IllegalStateException(
            "version %s of the journal; this release reads up to %d: resume it with the release that"
                    .formatted(object.path("version"), VERSION)
                + " wrote it, or a newer one");
      }
      if (object.has("version") && object.path("version").asInt() < VERSION) {
        throw new IllegalStateException(
            "version %s of the journal, which no release wrote; this release reads %d: run the request again, which reads first what is there"
                .formatted(object.path("version"), VERSION));
      }
      return MAPPER.treeToValue(object, JournalEntry.class);
    } catch (JsonMappingException e) {
      throw new IllegalStateException(wrong(e), e);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("damaged: it is not JSON", e);
    }
  }

  private static String wrong(JsonMappingException e) {
    if (e instanceof InvalidTypeIdException unknown) {
      return unknown.getTypeId() == null
          ? "damaged: kind: there is none"
          : "not known: kind " + unknown.getTypeId() + "; is it newer?";
    }
    StringBuilder field = new StringBuilder();
    for (JsonMappingException.Reference part : e.getPath()) {
      String name = part.getFieldName();
      field.append(
          name == null ? "[" + part.getIndex() + "]" : field.isEmpty() ? name : "." + name);
    }
    return "damaged: %s: %s".formatted(field, e.getOriginalMessage());
  }

  static String sum(String text) {
    return "%08x".formatted(Hashing.crc32().hashString(text, UTF_8).asInt());
  }
}
