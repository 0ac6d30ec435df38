package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.PollPolicy;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.List;

/** What goes wrong in a run of 4 images with 6 projects, in slices of 2 by 3. */
enum FaultScenario {
  NONE,
  LOST_ANSWERS,
  BAD_IDS,
  PARTIAL_FAILURES,
  UNAVAILABLE,
  LAG,
  NO_LISTING,
  UNSHARE,
  ACCEPT,
  REJECT_WHAT_WAS_NOT_GIVEN;

  ShareRequest request() {
    return switch (this) {
      case UNSHARE -> ShareRequest.unshare(ids("image-", 4), ids("project-", 6));
      case ACCEPT -> ShareRequest.accept(ids("image-", 4), ids("project-", 3));
      case REJECT_WHAT_WAS_NOT_GIVEN -> ShareRequest.reject(ids("image-", 4), ids("project-", 2));
      default -> ShareRequest.share(ids("image-", 4), ids("project-", 6));
    };
  }

  ShareWorkflow.Builder workflow(MemberBackend backend) {
    return ShareWorkflow.builder(backend)
        .limits(new BatchLimits(2, 3, 6))
        .flow(FlowPolicy.defaults().openJobs(2))
        .poll(PollPolicy.backoff(Duration.ofMillis(1), 8, Duration.ofSeconds(1)))
        .seed(3);
  }

  MemoryBackend cloud(Timekeeper time) {
    MemoryBackend.Builder builder =
        MemoryBackend.builder()
            .time(time)
            .images(ids("image-", this == BAD_IDS ? 3 : 4))
            .latency(Duration.ofMillis(40))
            .jobsTake(Duration.ofSeconds(3))
            .seed(7);
    switch (this) {
      case BAD_IDS -> builder.badProjects("project-4");
      case LAG -> builder.unknowns(Unknowns.defaults().listLag(Duration.ofSeconds(3)));
      case NO_LISTING ->
          builder.unknowns(Unknowns.defaults().listing(Unknowns.Listing.UNSUPPORTED));
      case UNSHARE, ACCEPT -> share(builder, ids("image-", 4));
      case REJECT_WHAT_WAS_NOT_GIVEN -> share(builder, ids("image-", 3));
      default -> {}
    }
    MemoryBackend built = builder.build();
    switch (this) {
      case LOST_ANSWERS -> {
        built.inject(new Fault.LostAnswer());
        built.inject(new Fault.LostRequest());
      }
      case PARTIAL_FAILURES -> built.inject(new Fault.PartialFail(), 2);
      case UNAVAILABLE -> built.inject(new Fault.Unavailable(), 3);
      case ACCEPT -> built.inject(new Fault.LostAnswer());
      default -> {}
    }
    return built;
  }

  private static void share(MemoryBackend.Builder builder, List<String> images) {
    for (String image : images) {
      for (String project : ids("project-", 6)) {
        builder.member(image, Recipient.project(project), MemberStatus.PENDING);
      }
    }
  }
}
