package io.imageshare.internal.report;

import io.imageshare.Progress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The progress of a run as a JSON document, in the order of its fields. */
public record ProgressDocument(
    long total,
    long done,
    long failed,
    long unknown,
    long pending,
    int openJobs,
    long submits,
    long polls,
    long reads,
    @Nullable Duration timeLeft) {

  public static String write(Progress progress) {
    ProgressDocument document =
        new ProgressDocument(
            progress.total(),
            progress.done(),
            progress.failed(),
            progress.unknown(),
            progress.pending(),
            progress.openJobs(),
            progress.submits(),
            progress.polls(),
            progress.reads(),
            progress.timeLeft());
    return JsonBinding.MAPPER.valueToTree(document).toString();
  }
}
