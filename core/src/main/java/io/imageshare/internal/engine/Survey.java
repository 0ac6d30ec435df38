package io.imageshare.internal.engine;

import io.imageshare.Image;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Verdict;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The reads before the first write: every listing, then the descriptions of the images to share.
 * They show what is already as asked and what cannot work.
 */
final class Survey {
  private static final int MEMBERS_OF_FULL_SERVER_IMAGE = 10;

  private final RunLoop run;
  private final PairTable table;

  /** The number of members of each image that was listed. */
  private final Map<Integer, Integer> members = new LinkedHashMap<>();

  private int openReads;
  private int read;

  Survey(RunLoop run) {
    this.run = run;
    table = run.table();
    openReads = run.listings().count();
  }

  void begin() {
    for (int listing = 0; listing < run.listings().count(); listing++) {
      run.read(new Read(listing));
    }
  }

  private final class Read extends ListingRead {
    Read(int listing) {
      super(run, listing, false);
    }

    @Override
    void listed(Map<?, MemberStatus> listed) {
      read++;
      if (run.context().reader() != null) {
        run.context().reader().accept(subject(), listed);
      }
      if (table.action() == Action.SHARE) {
        members.put(listing(), listed.size());
        refuseWhatCannotFit(listing(), run.context().membersPerImage());
      }
    }

    @Override
    void refused(Reason reason) {
      // Every listing is read, even if many ids are bad: a read is cheap and concerns one id only.
      Side side = run.listings().side();
      if (reason.kind() == Reason.Kind.INVALID || reason.kind() == side.invalid()) {
        run.evidence().bad(side, listing(), reason);
        run.rules().fail(side, listing(), reason);
      }
    }

    @Override
    void finished() {
      openReads--;
      if (openReads == 0) {
        describe();
      }
    }
  }

  /**
   * An image that was not listed is not described: it may be shared already, and no description can
   * contradict that.
   */
  private void describe() {
    Map<String, Integer> open = new LinkedHashMap<>();
    for (int image : members.keySet()) {
      if (newPairs(image).findAny().isPresent()) {
        open.put(table.image(image), image);
      }
    }
    if (open.isEmpty()) {
      run.surveyed(read);
      return;
    }
    run.make(
        new DescribeCall(
            run,
            open.keySet(),
            described -> {
              open.forEach((id, image) -> refuse(image, described.get(id)));
              run.surveyed(read);
            }));
  }

  private void refuse(int image, @Nullable Image described) {
    if (described != null && described.obstacle() != Image.Obstacle.NONE) {
      newPairs(image).forEach(r -> fail(image, r, refusal(described)));
    } else if (described != null) {
      int limit = run.context().membersPerImage();
      refuseWhatCannotFit(
          image, described.whole() ? Math.min(MEMBERS_OF_FULL_SERVER_IMAGE, limit) : limit);
    }
  }

  private void refuseWhatCannotFit(int image, int limit) {
    int count = members.getOrDefault(image, 0);
    int room = limit - count;
    for (int r = 0; r < table.recipients(); r++) {
      if (table.isPending(image, r)) {
        room--;
        if (room < 0 && !table.isTouched(image, r)) {
          fail(image, r, full(count, limit));
        }
      }
    }
  }

  /** The recipients of an image whose pairs were never asked for. */
  private IntStream newPairs(int image) {
    return IntStream.range(0, table.recipients())
        .filter(r -> table.isOpen(image, r) && !table.isTouched(image, r));
  }

  private void fail(int image, int recipient, Reason reason) {
    run.rules().settle(image, recipient, new Verdict.Failed(reason));
  }

  private static Reason full(int members, int limit) {
    return new Reason(
        Reason.Kind.QUOTA,
        "",
        ("the image has %d of at most %d recipients,"
                + " and earlier recipients of this request take the rest")
            .formatted(members, limit));
  }

  private static Reason refusal(Image image) {
    String name = image.name().isEmpty() ? "" : " \"" + image.name() + "\"";
    return new Reason(
        Reason.Kind.INVALID_IMAGE,
        "",
        "the image%s cannot be shared: %s".formatted(name, obstacle(image)));
  }

  /** What is wrong with an image, and what would be right. */
  private static String obstacle(Image image) {
    return switch (image.obstacle()) {
      case NONE -> throw new IllegalArgumentException("image: " + image + " has no obstacle");
      case FOREIGN ->
          "it belongs to another project%s; the owner must share it".formatted(in(image.owner()));
      case PUBLIC -> "it is public; only a private image can be shared";
      case ENCRYPTED -> "it is encrypted; share a copy that is not";
      case UNREADY ->
          "it is not ready%s; ask again when its status is active".formatted(in(image.status()));
    };
  }

  private static String in(String detail) {
    return detail.isEmpty() ? "" : " (" + detail + ")";
  }
}
