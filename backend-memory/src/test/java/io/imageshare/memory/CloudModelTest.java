package io.imageshare.memory;

import static io.imageshare.memory.VirtualClient.cloud;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.Unknowns.Already;
import io.imageshare.memory.Unknowns.Checks;
import io.imageshare.memory.Unknowns.Partial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every choice of {@link Unknowns} that decides which pairs are done, against a slow model. */
class CloudModelTest {
  private static final int LIMIT = 4;
  private static final List<String> IMAGES = List.of("i1", "i2", "i3", "nix");
  private static final List<String> PROJECTS = List.of("p1", "p2", "p3", "p4", "p5", "far", "me");

  @Test
  void itAgreesWithTheModel() {
    Seeds.forEach(seed -> new Model(new Random(seed)).compare("seed " + seed));
  }

  private static final class Model {
    private final Random random;
    private final Unknowns unknowns;
    private final Set<Member> expected = new HashSet<>();

    Model(Random random) {
      this.random = random;
      unknowns =
          Unknowns.defaults()
              .checks(any(Checks.values()))
              .readding(any(Already.values()))
              .removing(any(Already.values()))
              .partial(any(Partial.values()));
    }

    private <T> T any(T[] values) {
      return values[random.nextInt(values.length)];
    }

    private void compare(String seed) {
      MemoryBackend cloud =
          cloud()
              .unknowns(unknowns)
              .membersPerImage(LIMIT)
              .badProjects("far")
              .owner("me")
              .jobsTake(Duration.ZERO)
              .build();
      for (int i = 0; i < 10; i++) {
        ShareRequest slice = slice();
        String outcome = outcome(slice);
        cloud.submit(slice);
        String real = cloud.calls().get(i).reason() == null ? last(cloud) : "refused";
        assertEquals(outcome, real, () -> seed + " " + slice);
        assertEquals(expected, cloud.members(), () -> seed + " " + slice);
      }
    }

    private static String last(MemoryBackend cloud) {
      List<Job> jobs = cloud.jobs();
      return jobs.get(jobs.size() - 1).status().name();
    }

    private ShareRequest slice() {
      List<String> images = some(IMAGES);
      List<String> projects = some(PROJECTS);
      return random.nextInt(3) > 0
          ? ShareRequest.share(images, projects)
          : ShareRequest.unshare(images, projects);
    }

    private List<String> some(List<String> all) {
      List<String> shuffled = new ArrayList<>(all);
      Collections.shuffle(shuffled, random);
      return shuffled.subList(0, 1 + random.nextInt(3));
    }

    /** What becomes of a slice; what it does is done to the expected members. */
    private String outcome(ShareRequest slice) {
      boolean share = slice.action() == Action.SHARE;
      Already already = share ? unknowns.readding() : unknowns.removing();
      List<Member> good = new ArrayList<>();
      boolean bad = false;
      boolean repeated = false;
      for (String image : slice.images()) {
        boolean full = share && news(slice, image) > 0 && has(image) + news(slice, image) > LIMIT;
        for (Recipient recipient : slice.recipients()) {
          Member member = new Member(image, recipient);
          boolean asAsked = expected.contains(member) == share;
          boolean badId = image.equals("nix") || badRecipient(recipient, share);
          repeated |= asAsked;
          bad |= badId || (full && !asAsked);
          if (!badId && (asAsked ? already != Already.FAIL_JOB : !full)) {
            good.add(member);
          }
        }
      }
      boolean sync = unknowns.checks() == Checks.SYNC;
      if ((sync && bad) || (already == Already.REFUSE && repeated)) {
        return "refused";
      }
      boolean failed = good.size() < slice.pairs();
      if (failed && unknowns.checks() == Checks.IN_JOB_ALL_OR_NOTHING) {
        good.clear();
      }
      apply(share, good);
      return failed && (unknowns.partial() == Partial.FAIL_IF_ANY || good.isEmpty())
          ? "FAIL"
          : "SUCCESS";
    }

    private void apply(boolean share, List<Member> good) {
      if (share) {
        expected.addAll(good);
      } else {
        good.forEach(expected::remove);
      }
    }

    private static boolean badRecipient(Recipient recipient, boolean share) {
      return recipient.id().equals("far") || (share && recipient.id().equals("me"));
    }

    private long has(String image) {
      return expected.stream().filter(member -> member.image().equals(image)).count();
    }

    private long news(ShareRequest slice, String image) {
      return slice.recipients().stream()
          .filter(recipient -> !badRecipient(recipient, true))
          .filter(recipient -> !expected.contains(new Member(image, recipient)))
          .count();
    }
  }
}
