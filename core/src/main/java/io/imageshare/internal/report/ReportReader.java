package io.imageshare.internal.report;

import static com.google.common.base.Preconditions.checkArgument;
import static io.imageshare.internal.report.JsonBinding.MAPPER;
import static io.imageshare.internal.report.JsonBinding.bind;
import static io.imageshare.internal.report.JsonBinding.checked;
import static io.imageshare.internal.report.JsonBinding.expected;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSet;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.internal.report.ReportDocument.Count;
import io.imageshare.internal.report.ReportDocument.Head;
import io.imageshare.internal.report.ReportDocument.JobDocument;
import io.imageshare.internal.report.ReportDocument.Row;
import io.imageshare.internal.table.Ids;
import io.imageshare.internal.table.IndexRanges;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.SubmittedSlice;
import io.imageshare.internal.table.Verdict;
import java.io.IOException;
import java.io.Reader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ReportWriter} wrote: row by row and job by job, the rest at once. */
public final class ReportReader {
  private static final String FORMAT = "imageshare";
  private static final String CURRENT = ReportDocument.NAME + ReportDocument.VERSION;

  /** All that comes before the rows, as it is read; fields that are not known are passed over. */
  private final ObjectNode fields = MAPPER.createObjectNode();

  private final JsonParser json;
  private final List<SubmittedSlice> jobs = new ArrayList<>();
  private @Nullable Head head;
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
          "document: not JSON, or not all of it: " + JsonBinding.notJson(e), e);
    }
  }

  private RunResult read() throws IOException {
    begin();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      if (name.equals("rows")) {
        elements("rows", this::row);
      } else if (name.equals("jobs")) {
        elements("jobs", this::job);
      } else if (table == null) {
        fields.set(name, tree());
      } else {
        json.skipChildren();
      }
    }
    checkArgument(json.nextToken() == null, "document: something follows its end");
    return result(table("rows"));
  }

  /** The first field names the format. */
  private void begin() throws IOException {
    boolean isObject = json.nextToken() == JsonToken.START_OBJECT;
    checkArgument(
        isObject && FORMAT.equals(json.nextFieldName()),
        "document: not a report of imageshare; its first field is \"%s\": \"%s\"",
        FORMAT,
        CURRENT);
    json.nextToken();
    JsonNode format = tree();
    String name = bind(FORMAT, format, String.class);
    if (!name.matches(ReportDocument.NAME + "[1-9]\\d{0,8}")) {
      throw expected(FORMAT, "\"" + CURRENT + "\"", format);
    }
    checkArgument(
        Integer.parseInt(name.substring(ReportDocument.NAME.length())) <= ReportDocument.VERSION,
        "%s: \"%s\"; this release reads up to \"%s\": read it with the release that wrote it, or a newer one",
        FORMAT,
        name,
        CURRENT);
    fields.set(FORMAT, format);
  }

  private JsonNode tree() throws IOException {
    return json.readValueAsTree();
  }

  private void elements(String name, BiConsumer<String, JsonNode> element) throws IOException {
    table(name);
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw expected(name, "an array", tree());
    }
    for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
      element.accept(name + "[" + i + "]", tree());
    }
  }

  /** The table, which must be known before the first row. */
  private PairTable table(String next) {
    if (table != null) {
      return table;
    }
    for (String name : List.of("action", "images", "recipients", "outcomes")) {
      checkArgument(fields.has(name), "%s: missing, or after %s; it stands before", name, next);
    }
    Head all = bind("", fields, Head.class);
    head = all;
    verdicts = new ArrayList<>();
    for (JsonNode outcome : all.outcomes()) {
      verdicts.add(bind("outcomes[" + verdicts.size() + "]", outcome, Verdict.class));
    }
    pairs = new long[verdicts.size()];
    Set<String> images = distinct("images", all.images(), Ids::key);
    Set<Recipient> recipients = distinct("recipients", all.recipients(), Ids::key);
    // Checked as every request is.
    table =
        checked(
            "document",
            () -> {
              ShareRequest asked = new ShareRequest(all.action(), images, recipients, all.vault());
              return new PairTable(
                  asked.action(),
                  asked.vault(),
                  asked.images().stream(),
                  asked.recipients().stream());
            });
    return table;
  }

  private static <T> Set<T> distinct(String field, List<T> all, UnaryOperator<T> key) {
    Set<T> keys = new HashSet<>();
    for (T one : all) {
      checkArgument(
          keys.add(key.apply(one)), "%s[%s]: %s stands there twice", field, keys.size(), one);
    }
    return ImmutableSet.copyOf(all);
  }

  private void row(String place, JsonNode value) {
    PairTable table = table("rows");
    Row row = bind(place, value, Row.class);
    int alike = within(place + ".images", row.images(), 1, (long) table.images() - rows);
    List<Integer> runs = row.runs();
    int recipient = 0;
    for (int i = 0; i + 1 < runs.size(); i += 2) {
      String run = place + ".runs[";
      int verdict = within(run + i + "]", runs.get(i), -1, verdicts.size() - 1L);
      int count =
          within(run + (i + 1) + "]", runs.get(i + 1), 1, (long) table.recipients() - recipient);
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
    checkArgument(
        recipient == table.recipients() && runs.size() % 2 == 0,
        "%s.runs: they are for %s recipients, there are %s",
        place,
        recipient,
        table.recipients());
    rows += alike;
  }

  private void job(String place, JsonNode value) {
    PairTable table = table("jobs");
    JobDocument job = bind(place, value, JobDocument.class);
    Slice slice =
        new Slice(
            indices(place + ".images", job.images(), table.images()),
            indices(place + ".recipients", job.recipients(), table.recipients()));
    jobs.add(new SubmittedSlice(checked(place, job::job), slice));
  }

  private static List<Integer> indices(String place, List<Integer> numbers, int size) {
    int left = size;
    for (int i = 0; i + 1 < numbers.size(); i += 2) {
      int first = within(place + "[" + i + "]", numbers.get(i), 0, size - 1L);
      left -=
          within(place + "[" + (i + 1) + "]", numbers.get(i + 1), 1, Math.min(left, size - first));
    }
    checkArgument(
        !numbers.isEmpty() && numbers.size() % 2 == 0,
        "%s: expected pairs of a first index and a count, found %s numbers",
        place,
        numbers.size());
    return IndexRanges.ofNumbers(numbers);
  }

  private static int within(String place, int number, long first, long last) {
    if (number < first || number > last) {
      throw expected(
          place, "a whole number from %d to %d".formatted(first, last), IntNode.valueOf(number));
    }
    return number;
  }

  private RunResult result(PairTable table) {
    Head all = requireNonNull(head);
    checkArgument(
        rows == table.images(), "rows: they are for %s images, there are %s", rows, table.images());
    for (int i = 0; i < pairs.length; i++) {
      String place = "outcomes[" + i + "]";
      same(place + ".pairs", bind(place, all.outcomes().get(i), Count.class).pairs(), pairs[i]);
    }
    same("pairs.total", all.pairs().total(), table.total());
    same("pairs.done", all.pairs().done(), table.done());
    same("pairs.failed", all.pairs().failed(), table.failed());
    same("pairs.unknown", all.pairs().unknown(), table.unknown());
    count("openJobs", all.openJobs());
    count("calls.submits", all.calls().submits());
    count("calls.polls", all.calls().polls());
    count("calls.reads", all.calls().reads());
    return new RunResult(
        all.id(),
        all.ending(),
        all.reason(),
        table,
        jobs,
        all.stats(),
        all.duration() == null ? Duration.ZERO : all.duration(),
        all.endpoint());
  }

  private static void count(String place, long number) {
    if (number < 0) {
      throw expected(place, "a whole number, 0 or more", LongNode.valueOf(number));
    }
  }

  private static void same(String place, long written, long counted) {
    checkArgument(
        written == counted,
        "%s: it says %s, the rows have %s; something was changed or lost",
        place,
        written,
        counted);
  }
}
