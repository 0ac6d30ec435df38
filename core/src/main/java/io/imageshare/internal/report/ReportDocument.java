package io.imageshare.internal.report;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.Job;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.table.IndexRanges;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.SubmittedSlice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A report as a JSON document, in the order of its fields. Rows and jobs are made one by one while
 * they are written.
 */
record ReportDocument(@JsonUnwrapped Head head, Iterator<Row> rows, Iterator<JobDocument> jobs) {
  static final String NAME = "report/";
  static final int VERSION = 1;

  /**
   * What comes before the rows.
   *
   * @param outcomes each a verdict with its number of pairs
   */
  record Head(
      String imageshare,
      String id,
      Ending ending,
      @JsonSetter(nulls = Nulls.SET) @Nullable Reason reason,
      Action action,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY) String vault,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY)
          String endpoint,
      @JsonSetter(nulls = Nulls.SET) @Nullable Duration duration,
      Pairs pairs,
      Calls calls,
      int openJobs,
      @JsonSetter(nulls = Nulls.SET) @Nullable Duration timeLeft,
      List<String> images,
      List<Recipient> recipients,
      List<JsonNode> outcomes) {

    static Head of(RunResult result, List<JsonNode> outcomes) {
      PairTable table = result.table();
      Progress stats = result.stats();
      return new Head(
          NAME + VERSION,
          result.id(),
          result.ending(),
          result.reason(),
          table.action(),
          table.vault(),
          result.endpoint(),
          result.duration().isZero() ? null : result.duration(),
          new Pairs(stats.total(), stats.done(), stats.failed(), stats.unknown()),
          new Calls(stats.submits(), stats.polls(), stats.reads()),
          stats.openJobs(),
          stats.timeLeft(),
          table.imageIds(),
          table.recipientIds(),
          outcomes);
    }

    Progress stats() {
      return new Progress(
          pairs.total,
          pairs.done,
          pairs.failed,
          pairs.unknown,
          openJobs,
          calls.submits,
          calls.polls,
          calls.reads,
          timeLeft);
    }
  }

  record Pairs(long total, long done, long failed, long unknown) {}

  /** How many calls there were; polls were called looks by the first builds. */
  record Calls(long submits, @JsonAlias("looks") long polls, long reads) {}

  /** How many pairs have an outcome. */
  record Count(long pairs) {}

  /**
   * The outcomes of some images that have the same.
   *
   * @param images how many they are
   * @param runs by twos: an outcome's place, or -1, and how many recipients on have it
   */
  record Row(int images, List<Integer> runs) {}

  /** A job; its slice as ranges of indices. */
  record JobDocument(
      String id,
      String type,
      Job.Status status,
      @JsonSetter(nulls = Nulls.SET) @Nullable Instant begin,
      @JsonSetter(nulls = Nulls.SET) @Nullable Instant end,
      @JsonSetter(nulls = Nulls.SET) @Nullable Double progress,
      @JsonSetter(nulls = Nulls.SET) @Nullable Reason reason,
      List<Integer> images,
      List<Integer> recipients,
      List<Results> results) {

    static JobDocument of(SubmittedSlice submitted) {
      Job job = submitted.job();
      Slice slice = submitted.slice();
      return new JobDocument(
          job.id(),
          job.type(),
          job.status(),
          job.begin(),
          job.end(),
          Double.isFinite(job.progress()) ? job.progress() : null,
          job.reason(),
          IndexRanges.toNumbers(slice.images()),
          IndexRanges.toNumbers(slice.recipients()),
          Results.of(job.results()));
    }

    Job job() {
      return new Job(
          id,
          type,
          status,
          begin,
          end,
          progress == null ? Double.NaN : progress,
          reason,
          results.stream().flatMap(Results::all).toList());
    }
  }

  /** Results that differ only in their images. */
  record Results(
      List<String> images,
      @JsonSetter(nulls = Nulls.SET) @Nullable Recipient recipient,
      boolean succeeded,
      @JsonSetter(nulls = Nulls.SET) @Nullable Reason reason) {

    /** Neighbours that differ only in their images as one. */
    static List<Results> of(List<Job.Result> all) {
      List<Results> grouped = new ArrayList<>();
      Results last = null;
      for (Job.Result result : all) {
        if (last == null || !last.of(result.image()).equals(result)) {
          last =
              new Results(
                  new ArrayList<>(), result.recipient(), result.succeeded(), result.reason());
          grouped.add(last);
        }
        last.images.add(result.image());
      }
      return grouped;
    }

    Stream<Job.Result> all() {
      return images.stream().map(this::of);
    }

    private Job.Result of(String image) {
      return new Job.Result(image, recipient, succeeded, reason);
    }
  }
}
