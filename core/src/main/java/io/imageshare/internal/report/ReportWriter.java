package io.imageshare.internal.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.AbstractIterator;
import com.google.common.collect.Iterators;
import com.google.common.primitives.ImmutableIntArray;
import io.imageshare.internal.report.ReportDocument.Head;
import io.imageshare.internal.report.ReportDocument.JobDocument;
import io.imageshare.internal.report.ReportDocument.Row;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Verdict;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a report as JSON, piece by piece: a million pairs are never held as text. {@link
 * ReportReader} reads it.
 */
public final class ReportWriter {
  private ReportWriter() {}

  public static void write(RunResult report, Writer to) throws IOException {
    DefaultPrettyPrinter lines =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    PairTable table = report.table();
    try (JsonGenerator json = JsonBinding.MAPPER.createGenerator(to).setPrettyPrinter(lines)) {
      json.writePOJO(
          new ReportDocument(
              Head.of(report, outcomes(table)),
              rows(table),
              Iterators.transform(report.jobs().iterator(), JobDocument::of)));
      json.writeRaw('\n');
    }
  }

  private static List<JsonNode> outcomes(PairTable table) {
    List<Verdict> verdicts = table.verdicts();
    long[] pairs = new long[verdicts.size()];
    table
        .all()
        .forEach(
            (i, r) -> {
              if (table.verdict(i, r) >= 0) {
                pairs[table.verdict(i, r)]++;
              }
            });
    List<JsonNode> outcomes = new ArrayList<>();
    for (Verdict verdict : verdicts) {
      ObjectNode outcome = JsonBinding.MAPPER.createObjectNode();
      outcome.put("pairs", pairs[outcomes.size()]);
      outcomes.add(outcome.setAll(JsonBinding.MAPPER.<ObjectNode>valueToTree(verdict)));
    }
    return outcomes;
  }

  private static Iterator<Row> rows(PairTable table) {
    return new AbstractIterator<>() {
      private int image;

      @Override
      protected @Nullable Row computeNext() {
        if (image == table.images()) {
          return endOfData();
        }
        int first = image++;
        while (image < table.images() && table.areAlike(first, image)) {
          image++;
        }
        return new Row(image - first, runs(table, first));
      }
    };
  }

  private static List<Integer> runs(PairTable table, int image) {
    ImmutableIntArray.Builder runs = ImmutableIntArray.builder();
    for (int recipient = 0; recipient < table.recipients(); ) {
      int verdict = table.verdict(image, recipient);
      int next = recipient + 1;
      while (next < table.recipients() && table.verdict(image, next) == verdict) {
        next++;
      }
      runs.add(verdict).add(next - recipient);
      recipient = next;
    }
    return runs.build().asList();
  }
}
