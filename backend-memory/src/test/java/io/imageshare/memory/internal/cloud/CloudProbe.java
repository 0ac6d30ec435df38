package io.imageshare.memory.internal.cloud;

import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a cloud past its calls: without latency, faults, lag and a record. */
public final class CloudProbe {
  private static final Duration LONG = Duration.ofDays(100_000);

  private CloudProbe() {}

  /** What the listing of an image shows now. */
  public static Map<Recipient, MemberStatus> members(CallPipeline pipeline, String image) {
    return pipeline.read((cloud, now) -> cloud.members(image, now));
  }

  /** A member's status as a listing shows it when none lags any more; null: it is no member. */
  public static @Nullable MemberStatus status(CallPipeline pipeline, Member member) {
    return pipeline.read(
        (cloud, now) -> {
          ImageView image = cloud.image(member.image(), member.recipient(), now.plus(LONG));
          return image == null ? null : image.status();
        });
  }
}
