package io.imageshare.internal.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.imageshare.Job;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.SubmittedSlice;
import io.imageshare.internal.table.Verdict;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes a report as JSON, piece by piece: a million pairs are never held as text. {@link
 * ReportReader} reads it.
 */
public final class ReportWriter {
  static final String FORMAT = "imageshare";
  static final String NAME = "report/";
  static final int VERSION = 1;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          // A document that could not be written whole must not look whole.
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .build();

  private final PairTable table;
  private final JsonGenerator json;

  private ReportWriter(PairTable table, JsonGenerator json) {
    this.table = table;
    this.json = json;
  }

  public static void write(RunResult report, Writer to) throws IOException {
    DefaultPrettyPrinter lines =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    try (JsonGenerator json = FACTORY.createGenerator(to).setPrettyPrinter(lines)) {
      new ReportWriter(report.table(), json).write(report);
      json.writeRaw('\n');
    }
  }

  private void write(RunResult report) throws IOException {
    json.writeStartObject();
    json.writeStringField(FORMAT, NAME + VERSION);
    json.writeStringField("id", report.id());
    json.writeStringField("ending", report.ending().name());
    reason(report.reason());
    json.writeStringField("action", table.action().name());
    if (!table.vault().isEmpty()) {
      json.writeStringField("vault", table.vault());
    }
    figures(report.stats());
    json.writeArrayFieldStart("images");
    for (int image = 0; image < table.images(); image++) {
      json.writeString(table.image(image));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("recipients");
    for (int recipient = 0; recipient < table.recipients(); recipient++) {
      recipient(table.recipient(recipient));
    }
    json.writeEndArray();
    outcomes();
    rows();
    json.writeArrayFieldStart("jobs");
    for (SubmittedSlice seen : report.jobs()) {
      job(seen);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void figures(Progress stats) throws IOException {
    json.writeObjectFieldStart("pairs");
    json.writeNumberField("total", stats.total());
    json.writeNumberField("done", stats.done());
    json.writeNumberField("failed", stats.failed());
    json.writeNumberField("unknown", stats.unknown());
    json.writeEndObject();
    json.writeObjectFieldStart("calls");
    json.writeNumberField("submits", stats.submits());
    json.writeNumberField("polls", stats.polls());
    json.writeNumberField("reads", stats.reads());
    json.writeEndObject();
    json.writeNumberField("openJobs", stats.openJobs());
    text("timeLeft", stats.timeLeft());
  }

  private void text(String field, @Nullable Object value) throws IOException {
    if (value != null) {
      json.writeStringField(field, value.toString());
    }
  }

  private void reason(@Nullable Reason reason) throws IOException {
    if (reason != null) {
      json.writeObjectFieldStart("reason");
      json.writeStringField("kind", reason.kind().name());
      json.writeStringField("code", reason.code());
      json.writeStringField("message", reason.message());
      json.writeEndObject();
    }
  }

  private void recipient(Recipient recipient) throws IOException {
    json.writeStartObject();
    json.writeStringField(field(recipient.type()), recipient.id());
    json.writeEndObject();
  }

  static String field(Recipient.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private void outcomes() throws IOException {
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
    json.writeArrayFieldStart("outcomes");
    for (int place = 0; place < pairs.length; place++) {
      outcome(verdicts.get(place), pairs[place]);
    }
    json.writeEndArray();
  }

  private void outcome(Verdict verdict, long pairs) throws IOException {
    json.writeStartObject();
    json.writeNumberField("pairs", pairs);
    if (verdict instanceof Verdict.Done done) {
      json.writeStringField("outcome", "done");
      json.writeBooleanField("already", done.already());
      json.writeStringField("status", done.status().name());
    } else if (verdict instanceof Verdict.Failed failed) {
      json.writeStringField("outcome", "failed");
      reason(failed.reason());
    } else if (verdict instanceof Verdict.Unknown unknown) {
      json.writeStringField("outcome", "unknown");
      reason(unknown.reason());
      json.writeStringField("job", unknown.job());
    }
    json.writeEndObject();
  }

  private void rows() throws IOException {
    json.writeArrayFieldStart("rows");
    for (int image = 0; image < table.images(); ) {
      int next = image + 1;
      while (next < table.images() && table.areAlike(image, next)) {
        next++;
      }
      json.writeStartObject();
      json.writeNumberField("images", next - image);
      json.writeArrayFieldStart("runs");
      runs(image);
      json.writeEndArray();
      json.writeEndObject();
      image = next;
    }
    json.writeEndArray();
  }

  private void runs(int image) throws IOException {
    for (int recipient = 0; recipient < table.recipients(); ) {
      int verdict = table.verdict(image, recipient);
      int next = recipient + 1;
      while (next < table.recipients() && table.verdict(image, next) == verdict) {
        next++;
      }
      json.writeNumber(verdict);
      json.writeNumber(next - recipient);
      recipient = next;
    }
  }

  private void job(SubmittedSlice seen) throws IOException {
    Job job = seen.job();
    json.writeStartObject();
    json.writeStringField("id", job.id());
    json.writeStringField("type", job.type());
    json.writeStringField("status", job.status().name());
    text("begin", job.begin());
    text("end", job.end());
    if (Double.isFinite(job.progress())) {
      json.writeNumberField("progress", job.progress());
    }
    reason(job.reason());
    indices("images", seen.slice().images());
    indices("recipients", seen.slice().recipients());
    json.writeArrayFieldStart("results");
    results(job.results());
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Neighbours that differ only in their images as one. */
  private void results(List<Job.Result> all) throws IOException {
    for (int from = 0; from < all.size(); ) {
      Job.Result result = all.get(from);
      int to = from;
      json.writeStartObject();
      json.writeArrayFieldStart("images");
      while (to < all.size() && all.get(to).equals(of(result, all.get(to).image()))) {
        json.writeString(all.get(to).image());
        to++;
      }
      json.writeEndArray();
      Recipient recipient = result.recipient();
      if (recipient != null) {
        json.writeFieldName("recipient");
        recipient(recipient);
      }
      json.writeBooleanField("succeeded", result.succeeded());
      reason(result.reason());
      json.writeEndObject();
      from = to;
    }
  }

  private static Job.Result of(Job.Result result, String image) {
    return new Job.Result(image, result.recipient(), result.succeeded(), result.reason());
  }

  /** Each stretch of indices as its first and how many they are. */
  private void indices(String field, List<Integer> all) throws IOException {
    json.writeArrayFieldStart(field);
    for (int from = 0; from < all.size(); ) {
      int to = from + 1;
      while (to < all.size() && all.get(to) == all.get(from) + to - from) {
        to++;
      }
      json.writeNumber(all.get(from));
      json.writeNumber(to - from);
      from = to;
    }
    json.writeEndArray();
  }
}
