package io.imageshare.internal.report;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.report.JsonCursor.WrongPlace;
import io.imageshare.internal.table.Ids;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.SubmittedSlice;
import io.imageshare.internal.table.Verdict;
import java.io.IOException;
import java.io.Reader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ReportWriter} wrote: row by row and job by job, the rest at once. */
public final class ReportReader {
  /** What is kept of the document until the rows begin; other fields are passed over. */
  private static final Set<String> HEAD =
      Set.of(
          "id",
          "ending",
          "reason",
          "action",
          "vault",
          "pairs",
          "calls",
          "openJobs",
          "timeLeft",
          "images",
          "recipients",
          "outcomes");

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final JsonParser json;
  private final ObjectNode head = MAPPER.createObjectNode();
  private final List<SubmittedSlice> jobs = new ArrayList<>();
  private @Nullable PairTable table;
  private List<Verdict> verdicts = List.of();
  private long[] pairs = {};
  private int rows;

  private ReportReader(JsonParser json) {
    this.json = json;
  }

  public static RunResult read(Reader from) throws IOException {
    try (JsonParser json = MAPPER.createParser(from)) {
      return new ReportReader(json).read();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "document: not JSON, or not all of it: %s, at line %d, column %d"
              .formatted(
                  e.getOriginalMessage(),
                  e.getLocation().getLineNr(),
                  e.getLocation().getColumnNr()),
          e);
    }
  }

  private RunResult read() throws IOException {
    begin();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      if (name.equals("rows")) {
        begun("rows");
        elements("rows", this::row);
      } else if (name.equals("jobs")) {
        begun("jobs");
        elements("jobs", this::job);
      } else if (HEAD.contains(name) && table == null) {
        head.set(name, tree());
      } else {
        json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      throw new WrongPlace("document: something follows its end");
    }
    return report(begun("rows"));
  }

  /** The first field says what the document is. */
  private void begin() throws IOException {
    boolean isObject = json.nextToken() == JsonToken.START_OBJECT;
    if (!isObject || !ReportWriter.FORMAT.equals(json.nextFieldName())) {
      throw new WrongPlace(
          "document: not a report of imageshare; its first field is \"%s\": \"%s\""
              .formatted(ReportWriter.FORMAT, ReportWriter.NAME + ReportWriter.VERSION));
    }
    json.nextToken();
    JsonCursor format = new JsonCursor(ReportWriter.FORMAT, tree());
    String name = format.text();
    if (!name.matches(ReportWriter.NAME + "[1-9]\\d{0,8}")) {
      throw format.expected("\"" + ReportWriter.NAME + ReportWriter.VERSION + "\"");
    }
    if (Integer.parseInt(name.substring(ReportWriter.NAME.length())) > ReportWriter.VERSION) {
      throw new WrongPlace(
          "%s: \"%s\"; this release reads up to \"%s\": read it with the release that wrote it, or a newer one"
              .formatted(ReportWriter.FORMAT, name, ReportWriter.NAME + ReportWriter.VERSION));
    }
  }

  private JsonCursor field(String name) {
    return new JsonCursor("", head).field(name);
  }

  private JsonNode tree() throws IOException {
    return json.readValueAsTree();
  }

  private void elements(String path, Consumer<JsonCursor> element) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new JsonCursor(path, tree()).expected("an array");
    }
    for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
      element.accept(new JsonCursor(path + "[" + i + "]", tree()));
    }
  }

  /** The table, which must be known before the first row. */
  private PairTable begun(String next) {
    if (table != null) {
      return table;
    }
    for (String name : List.of("action", "images", "recipients", "outcomes")) {
      if (!field(name).isThere()) {
        throw new WrongPlace("%s: missing, or after %s; it stands before".formatted(name, next));
      }
    }
    verdicts = field("outcomes").each().stream().map(ReportReader::verdict).toList();
    pairs = new long[verdicts.size()];
    ShareRequest asked = new JsonCursor("document", head).checked(document -> asked());
    table =
        new PairTable(
            asked.action(),
            asked.vault(),
            List.copyOf(asked.images()),
            List.copyOf(asked.recipients()));
    return table;
  }

  /** What the whole table would ask, which is checked as every request is. */
  private ShareRequest asked() {
    JsonCursor vault = field("vault");
    return new ShareRequest(
        field("action").word(Action.class),
        distinct(field("images"), ReportReader::image),
        distinct(field("recipients"), ReportReader::recipient),
        vault.isThere() ? vault.text() : "");
  }

  private static <T> Set<T> distinct(JsonCursor array, Function<JsonCursor, T> made) {
    Set<T> all = new LinkedHashSet<>();
    for (JsonCursor place : array.each()) {
      T one = place.checked(made);
      if (!all.add(one)) {
        throw new WrongPlace(place.path() + ": " + one + " stands there twice");
      }
    }
    return all;
  }

  private static String image(JsonCursor place) {
    return Ids.check("image", place.text());
  }

  private static Recipient recipient(JsonCursor place) {
    for (Recipient.Type type : Recipient.Type.values()) {
      JsonCursor id = place.field(ReportWriter.field(type));
      if (id.isThere()) {
        return new Recipient(type, id.text());
      }
    }
    throw place.expected("an object with a \"project\", a \"domain\" or an \"organization\"");
  }

  private static Reason reason(JsonCursor place) {
    return new Reason(
        place.field("kind").word(Reason.Kind.class),
        place.field("code").text(),
        place.field("message").text());
  }

  private static Verdict verdict(JsonCursor place) {
    JsonCursor outcome = place.field("outcome");
    return switch (outcome.text()) {
      case "done" ->
          new Verdict.Done(
              place.field("already").truth(), place.field("status").word(MemberStatus.class));
      case "failed" -> new Verdict.Failed(reason(place.field("reason")));
      case "unknown" ->
          new Verdict.Unknown(reason(place.field("reason")), place.field("job").text());
      default -> throw outcome.expected("\"done\", \"failed\" or \"unknown\"");
    };
  }

  private void row(JsonCursor row) {
    PairTable table = begun("rows");
    int alike = row.field("images").number(1, (long) table.images() - rows);
    JsonCursor runs = row.field("runs");
    List<JsonCursor> numbers = runs.each();
    int recipient = 0;
    for (int i = 0; i + 1 < numbers.size(); i += 2) {
      int verdict = numbers.get(i).number(-1, verdicts.size() - 1L);
      int count = numbers.get(i + 1).number(1, (long) table.recipients() - recipient);
      for (int image = rows; verdict >= 0 && image < rows + alike; image++) {
        for (int r = recipient; r < recipient + count; r++) {
          table.add(image, r, verdicts.get(verdict));
        }
      }
      if (verdict >= 0) {
        pairs[verdict] += (long) alike * count;
      }
      recipient += count;
    }
    if (recipient != table.recipients() || numbers.size() % 2 != 0) {
      throw new WrongPlace(
          "%s: they are for %d recipients, there are %d"
              .formatted(runs.path(), recipient, table.recipients()));
    }
    rows += alike;
  }

  private void job(JsonCursor place) {
    PairTable table = begun("jobs");
    Slice slice =
        new Slice(
            indices(place.field("images"), table.images()),
            indices(place.field("recipients"), table.recipients()));
    jobs.add(new SubmittedSlice(place.checked(ReportReader::poll), slice));
  }

  private static Job poll(JsonCursor place) {
    JsonCursor progress = place.field("progress");
    return new Job(
        place.field("id").text(),
        place.field("type").text(),
        place.field("status").word(Job.Status.class),
        place.field("begin").mayBe(ReportReader::instant),
        place.field("end").mayBe(ReportReader::instant),
        progress.isThere() ? progress.fraction() : Double.NaN,
        place.field("reason").mayBe(ReportReader::reason),
        place.field("results").each().stream().flatMap(ReportReader::results).toList());
  }

  private static Instant instant(JsonCursor place) {
    return place.moment(Instant::parse, "a time, such as 2026-01-01T00:00:00Z");
  }

  private static Stream<Job.Result> results(JsonCursor place) {
    Recipient recipient =
        place.field("recipient").mayBe(one -> one.checked(ReportReader::recipient));
    boolean succeeded = place.field("succeeded").truth();
    Reason reason = place.field("reason").mayBe(ReportReader::reason);
    return place.field("images").each().stream()
        .map(image -> new Job.Result(image.text(), recipient, succeeded, reason));
  }

  private static List<Integer> indices(JsonCursor place, int size) {
    List<Integer> indices = new ArrayList<>();
    List<JsonCursor> numbers = place.each();
    for (int i = 0; i + 1 < numbers.size(); i += 2) {
      int first = numbers.get(i).number(0, size - 1L);
      int count = numbers.get(i + 1).number(1, (long) size - first);
      for (int index = first; index < first + count; index++) {
        indices.add(index);
      }
    }
    if (indices.isEmpty() || numbers.size() % 2 != 0) {
      throw place.expected("pairs of a first index and a count");
    }
    return List.copyOf(indices);
  }

  private RunResult report(PairTable table) {
    if (rows != table.images()) {
      throw new WrongPlace(
          "rows: they are for %d images, there are %d".formatted(rows, table.images()));
    }
    List<JsonCursor> outcomes = field("outcomes").each();
    for (int i = 0; i < pairs.length; i++) {
      same(outcomes.get(i).field("pairs"), pairs[i]);
    }
    JsonCursor sums = field("pairs");
    same(sums.field("total"), table.total());
    same(sums.field("done"), table.done());
    same(sums.field("failed"), table.failed());
    same(sums.field("unknown"), table.unknown());
    return new RunResult(
        field("id").text(),
        ending(field("ending")),
        field("reason").mayBe(ReportReader::reason),
        table,
        jobs,
        stats(table));
  }

  /** Reports of the first builds say COMPLETE for FINISHED, and looks for polls. */
  private static Ending ending(JsonCursor place) {
    return place.value().asText().equals("COMPLETE") ? Ending.FINISHED : place.word(Ending.class);
  }

  private static void same(JsonCursor told, long counted) {
    if (told.count() != counted) {
      throw new WrongPlace(
          "%s: it says %d, the rows have %d; something was changed or lost"
              .formatted(told.path(), told.count(), counted));
    }
  }

  private Progress stats(PairTable table) {
    JsonCursor calls = field("calls");
    return new Progress(
        table.total(),
        table.done(),
        table.failed(),
        table.unknown(),
        field("openJobs").number(0, Integer.MAX_VALUE),
        calls.field("submits").count(),
        calls.field(calls.field("looks").isThere() ? "looks" : "polls").count(),
        calls.field("reads").count(),
        field("timeLeft").mayBe(left -> left.moment(Duration::parse, "a duration, such as PT5S")));
  }
}
