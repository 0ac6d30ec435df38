package io.imageshare.internal.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Lines as JSON objects. The first field is a checksum of the rest; fields that are not known are
 * passed over, so that what an older reader can do without may be added.
 */
final class JournalCodec {
  private static final int VERSION = 1;
  private static final String HEAD = "{\"sum\":\"";
  private static final int REST = HEAD.length() + 10;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JournalCodec() {}

  static String write(JournalEntry line) {
    ObjectNode to = MAPPER.createObjectNode();
    to.put("kind", line.getClass().getSimpleName());
    if (line instanceof JournalEntry.Begun begun) {
      to.put("version", VERSION).put("at", begun.at().toString());
      to.put("deadline", begun.deadline().toString());
      to.putArray("limits")
          .add(begun.limits().images())
          .add(begun.limits().recipients())
          .add(begun.limits().pairs());
      ArrayNode requests = to.putArray("requests");
      begun.requests().forEach(request -> requests.add(request.toJson()));
    } else if (line instanceof JournalEntry.Owned owned) {
      to.put("owner", owned.owner()).put("at", owned.at().toString());
    } else if (line instanceof JournalEntry.BadId bad) {
      reason(to.put("side", bad.side().name()).put("id", bad.id()), bad.reason());
    } else if (line instanceof JournalEntry.BadPair bad) {
      reason(to.put("image", bad.image()).put("recipient", bad.recipient()), bad.reason());
    } else if (line instanceof JournalEntry.Cancelled cancelled) {
      to.put("at", cancelled.at().toString());
    } else if (line instanceof JournalEntry.Alive alive) {
      to.put("at", alive.at().toString());
    } else if (!(line instanceof JournalEntry.Over)) {
      submission(line, to);
    }
    String rest = to.toString().substring(1);
    return HEAD + sum(rest) + "\"," + rest;
  }

  private static void submission(JournalEntry line, ObjectNode to) {
    if (line instanceof JournalEntry.Intent intent) {
      to.put("flight", intent.submission()).put("round", intent.round());
      to.put("at", intent.at().toString());
      slice(to, intent.slice());
    } else if (line instanceof JournalEntry.Submitted submitted) {
      to.put("flight", submitted.submission()).put("job", submitted.job());
      to.put("at", submitted.at().toString());
    } else if (line instanceof JournalEntry.Ended ended) {
      to.put("flight", ended.submission()).put("status", ended.status().name());
      reason(to, ended.reason());
    } else if (line instanceof JournalEntry.Lost lost) {
      reason(to.put("flight", lost.submission()), lost.reason());
    } else if (line instanceof JournalEntry.Refused refused) {
      reason(to.put("flight", refused.submission()), refused.reason());
    } else if (line instanceof JournalEntry.Settled settled) {
      to.put("flight", settled.submission()).put("again", settled.again());
      reason(to, settled.reason());
    } else if (line instanceof JournalEntry.Served served) {
      ArrayNode except = to.put("flight", served.submission()).putArray("except");
      served.except().forEach(slice -> slice(except.addObject(), slice));
    }
  }

  private static void slice(ObjectNode to, Slice slice) {
    to.put("images", ranges(slice.images())).put("recipients", ranges(slice.recipients()));
  }

  private static void reason(ObjectNode to, @Nullable Reason reason) {
    if (reason != null) {
      to.putArray("reason").add(reason.kind().name()).add(reason.code()).add(reason.message());
    }
  }

  /** Indices as {@code 0-49,52}. */
  private static String ranges(List<Integer> indices) {
    BitSet set = new BitSet();
    indices.forEach(set::set);
    StringBuilder text = new StringBuilder();
    for (int from = set.nextSetBit(0); from >= 0; ) {
      int to = set.nextClearBit(from) - 1;
      text.append(text.isEmpty() ? "" : ",").append(from).append(to == from ? "" : "-" + to);
      from = set.nextSetBit(to + 1);
    }
    return text.toString();
  }

  /**
   * Reads a line.
   *
   * @throws IllegalStateException if it is damaged, or of a newer version
   */
  static JournalEntry read(String text) {
    Fields from = new Fields(unsealed(text));
    try {
      return switch (from.text("kind")) {
        case "Begun" -> from.begun();
        case "Owned" -> new JournalEntry.Owned(from.text("owner"), from.at("at"));
        case "Intent" ->
            new JournalEntry.Intent(
                from.number("flight"), from.number("round"), from.slice(), from.at("at"));
        case "Submitted" ->
            new JournalEntry.Submitted(from.number("flight"), from.text("job"), from.at("at"));
        case "Ended" ->
            new JournalEntry.Ended(
                from.number("flight"),
                Job.Status.valueOf(from.text("status")),
                from.mayHaveReason());
        case "Lost" -> new JournalEntry.Lost(from.number("flight"), from.reason());
        case "Refused" -> new JournalEntry.Refused(from.number("flight"), from.reason());
        case "Settled" ->
            new JournalEntry.Settled(
                from.number("flight"), from.reason(), from.node("again").booleanValue());
        case "Served" ->
            new JournalEntry.Served(
                from.number("flight"), from.each("except", n -> new Fields(n).slice()));
        case "BadId" ->
            new JournalEntry.BadId(
                Side.valueOf(from.text("side")), from.number("id"), from.reason());
        case "BadPair" ->
            new JournalEntry.BadPair(from.number("image"), from.number("recipient"), from.reason());
        case "Cancelled" -> new JournalEntry.Cancelled(from.at("at"));
        case "Over" -> new JournalEntry.Over();
        case "Alive" -> new JournalEntry.Alive(from.at("at"));
        default ->
            throw new IllegalStateException("not known: " + from.text("kind") + "; is it newer?");
      };
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new IllegalStateException("cannot be read: " + e.getMessage(), e);
    }
  }

  private static JsonNode unsealed(String text) {
    String rest = text.length() < REST ? "" : text.substring(REST);
    if (!text.startsWith(HEAD) || !text.startsWith(sum(rest) + "\",", HEAD.length())) {
      throw new IllegalStateException("damaged: it does not match its checksum");
    }
    try {
      return MAPPER.readTree("{" + rest);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("damaged: it is not JSON", e);
    }
  }

  static String sum(String text) {
    CRC32 sum = new CRC32();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(sum.getValue());
  }

  private record Fields(JsonNode object) {

    JsonNode node(String field) {
      JsonNode node = object.path(field);
      if (node.isMissingNode()) {
        throw new IllegalStateException("damaged: it has no field " + field);
      }
      return node;
    }

    String text(String field) {
      return node(field).asText();
    }

    int number(String field) {
      return node(field).intValue();
    }

    Instant at(String field) {
      return Instant.parse(text(field));
    }

    <T> List<T> each(String field, Function<JsonNode, T> element) {
      List<T> all = new ArrayList<>();
      node(field).forEach(node -> all.add(element.apply(node)));
      return all;
    }

    JournalEntry.Begun begun() {
      if (number("version") > VERSION) {
        throw new IllegalStateException(
            "version %d of the journal; this release reads up to %d: resume it with the release that"
                    .formatted(number("version"), VERSION)
                + " wrote it, or a newer one");
      }
      JsonNode limits = node("limits");
      return new JournalEntry.Begun(
          at("at"),
          at("deadline"),
          new BatchLimits(
              limits.path(0).intValue(), limits.path(1).intValue(), limits.path(2).intValue()),
          each("requests", request -> ShareRequest.fromJson(request.asText())));
    }

    Slice slice() {
      return new Slice(indices(text("images")), indices(text("recipients")));
    }

    private static List<Integer> indices(String ranges) {
      List<Integer> indices = new ArrayList<>();
      for (String range : ranges.split(",", -1)) {
        String[] ends = range.split("-", 2);
        int last = Integer.parseInt(ends[ends.length - 1]);
        for (int index = Integer.parseInt(ends[0]); index <= last; index++) {
          indices.add(index);
        }
      }
      return List.copyOf(indices);
    }

    Reason reason() {
      Reason reason = mayHaveReason();
      if (reason == null) {
        throw new IllegalStateException("damaged: it has no field reason");
      }
      return reason;
    }

    @Nullable Reason mayHaveReason() {
      JsonNode reason = object.path("reason");
      return reason.isMissingNode()
          ? null
          : new Reason(
              Reason.Kind.valueOf(reason.path(0).asText()),
              reason.path(1).asText(),
              reason.path(2).asText());
    }
  }
}
