package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static io.imageshare.memory.Samples.share;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Image;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Promise 15: each call of a run, one after the other, is answered by each refusal there is. Wrong
 * credentials stop a run, and are left out.
 */
class OneRefusalPromiseTest {
  private static final Set<Kind> REFUSALS =
      EnumSet.complementOf(EnumSet.of(Kind.UNAUTHENTICATED, Kind.NOT_SENT));
  private static final List<String> IMAGES = ids("image-", 4);
  private static final List<String> PROJECTS = ids("project-", 6);

  /** A cloud and what is asked of it: each takes several slices. */
  private enum Setting {
    SHARE,
    SHARE_WITHOUT_DESCRIPTIONS,
    SHARE_WHAT_IS_MISSING,
    SHARE_WITH_BAD_IDS,
    SHARE_WITHOUT_LISTINGS,
    UNSHARE,
    ACCEPT;

    ShareRequest request() {
      return switch (this) {
        case SHARE_WITH_BAD_IDS -> share(5, 6);
        case UNSHARE -> ShareRequest.unshare(IMAGES, PROJECTS);
        case ACCEPT ->
            ShareRequest.builder().action(Action.ACCEPT).images(IMAGES).projects(PROJECTS).build();
        default -> share(4, 6);
      };
    }

    /** Whether all slices are as wide as may be, and nothing is known of one of their ids alone. */
    boolean isEven() {
      return this == SHARE
          || this == SHARE_WITHOUT_DESCRIPTIONS
          || this == SHARE_WITHOUT_LISTINGS
          || this == UNSHARE;
    }

    MemoryBackend cloud() {
      MemoryBackend.Builder builder =
          Samples.cloud(Timekeeper.virtual(), 4).latency(Duration.ofMillis(40));
      switch (this) {
        case SHARE, SHARE_WITHOUT_DESCRIPTIONS -> {}
        case SHARE_WHAT_IS_MISSING -> give(builder, (image, project) -> image * 5 % 7 > project);
        case SHARE_WITH_BAD_IDS -> {
          builder.badProjects("project-4").membersPerImage(6);
          for (String stranger : ids("stranger-", 6)) {
            builder.member("image-2", Recipient.project(stranger), MemberStatus.PENDING);
          }
        }
        case SHARE_WITHOUT_LISTINGS ->
            builder.unknowns(Unknowns.defaults().listing(Unknowns.Listing.UNSUPPORTED));
        case UNSHARE, ACCEPT -> give(builder, (image, project) -> true);
      }
      return builder.build();
    }

    private interface Given {
      boolean to(int image, int project);
    }

    private static void give(MemoryBackend.Builder builder, Given given) {
      for (int image = 0; image < IMAGES.size(); image++) {
        for (int project = 0; project < PROJECTS.size(); project++) {
          if (given.to(image, project)) {
            Recipient recipient = Recipient.project(PROJECTS.get(project));
            builder.member(IMAGES.get(image), recipient, MemberStatus.PENDING);
          }
        }
      }
    }
  }

  /** A call as the backend got it. */
  private record Asked(Call.Kind kind, @Nullable ShareRequest slice, String id) {

    boolean holds(Member member) {
      return slice != null
          && slice.images().contains(member.image())
          && slice.recipients().contains(member.recipient());
    }

    boolean lists(Member member) {
      return switch (kind) {
        case MEMBERS -> id.equals(member.image());
        case IMAGES -> id.equals(member.recipient().id());
        case SUBMIT, JOB, DESCRIBE -> false;
      };
    }

    boolean concerns(Member member) {
      return lists(member) || holds(member);
    }

    /** Whether such a refusal may fail these pairs: those of one id that the call was about. */
    boolean mayFail(List<Member> failed, Kind refusal) {
      boolean image = isOne(failed, Member::image) && failed.stream().allMatch(this::isOfItsImages);
      boolean recipient =
          isOne(failed, Member::recipient) && failed.stream().allMatch(this::isOfItsRecipients);
      return switch (refusal) {
        case INVALID_IMAGE -> image;
        case INVALID_RECIPIENT -> recipient;
        case INVALID -> image || recipient;
        case QUOTA -> image && slice != null;
        case FORBIDDEN, UNSUPPORTED -> (image || recipient) && slice != null;
        default -> false;
      };
    }

    private static boolean isOne(List<Member> members, Function<Member, Object> id) {
      return members.stream().map(id).distinct().count() == 1;
    }

    private boolean isOfItsImages(Member member) {
      return slice == null
          ? kind == Call.Kind.MEMBERS && id.equals(member.image())
          : slice.images().contains(member.image());
    }

    private boolean isOfItsRecipients(Member member) {
      return slice == null
          ? kind == Call.Kind.IMAGES && id.equals(member.recipient().id())
          : slice.recipients().contains(member.recipient());
    }
  }

  /** Whether an outcome is as without the refusal. */
  private static boolean isSame(Outcome expected, Outcome outcome) {
    return expected instanceof Outcome.Failed failed
        ? outcome instanceof Outcome.Failed other
            && failed.reason().kind() == other.reason().kind()
            && failed.reason().code().equals(other.reason().code())
        : outcome.equals(expected);
  }

  /** An answer that nobody can read is not asked for again, nor a lost one if nothing lists. */
  private static boolean isUnclear(Outcome outcome, Reason reason, Setting setting) {
    return outcome instanceof Outcome.Unknown unknown
        && unknown.reason().equals(reason)
        && (reason.kind() == Kind.INTERNAL
            || (reason.kind() == Kind.LOST && setting == Setting.SHARE_WITHOUT_LISTINGS));
  }

  /** Answers one call, counted from 0, with a refusal, and passes the others on. */
  private static final class RefusingBackend extends ForwardingBackend {
    private final Setting setting;
    private final int refused;
    private final Reason reason;
    int calls;
    @Nullable Asked asked;

    RefusingBackend(Setting setting, int refused, Reason reason) {
      super(setting.cloud());
      this.setting = setting;
      this.refused = refused;
      this.reason = reason;
    }

    @Override
    <T> CompletionStage<T> call(
        Call.Kind kind,
        @Nullable ShareRequest slice,
        String id,
        Supplier<CompletionStage<T>> call) {
      if (calls++ == refused) {
        asked = new Asked(kind, slice, id);
        return CompletableFuture.failedFuture(new BackendException(reason));
      }
      return call.get();
    }

    @Override
    public CompletionStage<Map<String, Image>> describe(Set<String> images) {
      return setting == Setting.SHARE_WITHOUT_DESCRIPTIONS
          ? CompletableFuture.failedFuture(
              new BackendException(new Reason(Kind.UNSUPPORTED, "", "describes nothing")))
          : super.describe(images);
    }

    ShareReport run() {
      return Samples.workflow(this)
          .limits(new BatchLimits(2, 3, 6))
          .flow(FlowPolicy.defaults().openJobs(3))
          .build()
          .run(setting.request());
    }
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void promise15OneRefusalChangesNothingForTheOthers(Setting setting) {
    RefusingBackend calm =
        new RefusingBackend(setting, -1, new Reason(Kind.INVALID, "", "never given"));
    ShareReport usual = calm.run();
    assertTrue(usual.stats().submits() >= 4, usual.stats().toString());
    for (int call = 0; call < calm.calls; call++) {
      for (Kind kind : REFUSALS) {
        Reason reason = new Reason(kind, "TEST.0001", "planted by the test");
        RefusingBackend backend = new RefusingBackend(setting, call, reason);
        ShareReport report = backend.run();
        Asked asked = Objects.requireNonNull(backend.asked);
        String where = "call %d of %d, %s, %s".formatted(call, calm.calls, kind, asked);
        assertEquals(Ending.FINISHED, report.ending(), where);
        List<Member> failed = new ArrayList<>();
        report
            .outcomes()
            .forEach(
                outcome -> {
                  Member member = outcome.member();
                  Outcome expected = usual.outcome(member);
                  if (outcome instanceof Outcome.Failed f && f.reason().equals(reason)) {
                    failed.add(member);
                  } else {
                    assertTrue(
                        isSame(expected, outcome)
                            || (asked.concerns(member) && outcome.getClass() == expected.getClass())
                            || (asked.holds(member) && isUnclear(outcome, reason, setting)),
                        () -> where + ": " + outcome + " instead of " + expected);
                  }
                });
        assertTrue(
            failed.isEmpty() || asked.mayFail(failed, kind), () -> where + ": failed " + failed);
        assertTrue(
            failed.isEmpty() || asked.slice() == null || !setting.isEven(),
            () -> where + ": a search finds nobody who was not refused twice: " + failed);
      }
    }
  }
}
